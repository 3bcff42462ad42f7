namespace Rx.Vm.Guest;

/// <summary>One reader of an output stream, at a position of its own. Read from one thread at a time; dispose from any.</summary>
internal sealed class OutputReader(OutputLog log, long position) : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private long _position = position;
    private volatile bool _isGone;

    /// <summary>The position of the next byte.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Whether it was disposed of.</summary>
    public bool IsGone => _isGone;

    /// <summary>Completes with true when there is something to take; with false at the end, or when this reader was disposed of.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken ct = default)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (_isGone || log.HasMore(Position) is not { } hasMore)
            {
                return false;
            }

            if (hasMore)
            {
                return true;
            }

            await NewsAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>The next piece, of at most so many bytes. Null: nothing now.</summary>
    public OutputPiece? Take(int most) => _isGone ? null : log.Take(ref _position, most);

    /// <summary>The next bytes, or else how many are missing here.</summary>
    public (int Count, long Missed) Take(Span<byte> into) => _isGone ? default : log.Take(ref _position, into);

    /// <summary>There may be news.</summary>
    public void Wake()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isGone = true;
        log.Detach(this);
    }

    private async ValueTask NewsAsync(CancellationToken ct)
    {
        var news = new TaskCompletionSource(log.IsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting is not null)
            {
                throw new InvalidOperationException("a reader of output reads one piece at a time");
            }

            _waiting = news;
        }

        // What came before it was seen to wait.
        if (_isGone || log.HasMore(Position) is not false)
        {
            Wake();
        }

        using var given = ct.UnsafeRegister(static (reader, _) => ((OutputReader)reader!).Wake(), this);
        await news.Task.ConfigureAwait(false);
    }
}
