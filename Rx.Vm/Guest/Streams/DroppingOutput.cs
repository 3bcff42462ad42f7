using System.IO.Pipelines;

namespace Rx.Vm.Guest;

/// <summary>
/// Output that never makes the channel wait: what a small pipe does not take gathers in a ring, which drops its oldest bytes. Bytes the
/// reader was already offered are never taken back, so what is missing is always in one piece behind them.
/// </summary>
internal sealed class DroppingOutput(Pipe pipe, int keptBytes) : StreamOutput(pipe)
{
    /// <summary>Unread bytes at which this pipe is full.</summary>
    public const int PauseAt = 64 << 10;

    /// <summary>Unread bytes at which it takes more.</summary>
    public const int ResumeAt = 32 << 10;

    private const int Step = 16 << 10;

    private readonly Lock _gate = new();
    private readonly ByteRing _ring = new(keptBytes);
    private bool _isPumping;
    private bool _isEnding;
    private bool _isComplete;

    /// <inheritdoc/>
    public override bool Offer(ReadOnlySpan<byte> data)
    {
        // In pieces, so that a reader who keeps up loses nothing although a frame is larger than the ring.
        while (!data.IsEmpty && !IsGone)
        {
            var piece = data[..Math.Min(data.Length, Math.Min(keptBytes, Step))];
            data = data[piece.Length..];
            lock (_gate)
            {
                CountDropped(_ring.Append(piece));
            }

            Pump();
        }

        return false;
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void Complete()
    {
        lock (_gate)
        {
            _isEnding = true;
        }

        Pump();
    }

    /// <inheritdoc/>
    public override void Release()
    {
        // It never waits as it is.
    }

    private void Pump()
    {
        lock (_gate)
        {
            if (_isPumping || _isComplete)
            {
                return;
            }

            _isPumping = true;
        }

        _ = PumpAsync();
    }

    private async Task PumpAsync()
    {
        while (MoveOn())
        {
            var result = await Pipe.Writer.FlushAsync().ConfigureAwait(false);
            IsGone |= result.IsCompleted;
        }
    }

    /// <summary>Moves the next piece into the pipe. False: nothing to do for now, or for ever.</summary>
    private bool MoveOn()
    {
        bool isComplete;
        lock (_gate)
        {
            if (IsGone)
            {
                _ring.Clear();
            }

            if (_ring.Count > 0)
            {
                _ring.MoveTo(Pipe.Writer, Step);
                return true;
            }

            _isPumping = false;
            isComplete = _isComplete = _isEnding;
        }

        if (isComplete)
        {
            Pipe.Writer.Complete();
        }

        return false;
    }
}
