using Rx.Vm.Pods;

namespace Rx.Vm.Guest;

/// <summary>
/// The host's end of one output stream: a ring of its newest bytes and the readers, each with a position of its own. Whoever brings bytes
/// never waits here; under <see cref="OutputPolicyKind.Wait"/> the writer in the guest does, by a window of credit that grows as the slowest
/// attached reader goes on.
/// </summary>
/// <remarks>
/// <para>With nobody attached, and nobody ever, a waiting stream keeps its first bytes and its writer waits. Once a reader was there, the last
/// one that leaves lets the writer go on: the newest bytes are kept.</para>
/// <para>A guest may write beyond its window: what a process leaves in its pipe when it ends, or everything where the guest has no windows.
/// That is kept while the machine's budget lasts, and of a guest that has windows up to two of them and a megabyte; then the oldest bytes go,
/// and are counted.</para>
/// <para>One lock, held for no foreign code: readers are woken, and credit is given, outside it.</para>
/// </remarks>
internal sealed partial class OutputLog
{
    private readonly Lock _gate = new();
    private readonly List<OutputReader> _readers = [];
    private readonly StreamBudget _budget;
    private readonly Action<int>? _grant;
    private readonly ByteRing _ring;
    private int _reserved;
    private int _taken;
    private readonly int _window;
    private long _received;
    private long _granted;
    private long _readTo;
    private long _dropped;
    private bool _isFree;
    private bool _isOver;

    /// <param name="policy">What gives way.</param>
    /// <param name="budget">The machine's.</param>
    /// <param name="grant">Tells the guest of more credit; null where it has no windows.</param>
    /// <param name="isInline">Readers continue on the thread that brings the bytes.</param>
    public OutputLog(OutputPolicy policy, StreamBudget budget, Action<int>? grant, bool isInline)
    {
        Policy = policy;
        IsInline = isInline;
        _budget = budget;
        _ring = new(Grow);
        _window = policy.KeptBytes;
        if (policy.Kind == OutputPolicyKind.Wait)
        {
            // Promised to the guest, so it must be there.
            _grant = grant;
            _reserved = _taken = budget.TakeUpTo(_window - ByteRing.Free);
            _window = ByteRing.Free + _taken;
            _granted = _window;
        }
    }

    /// <summary>What gives way.</summary>
    public OutputPolicy Policy { get; }

    /// <summary>Whether readers continue on the thread that brings the bytes.</summary>
    public bool IsInline { get; }

    /// <summary>The credit that the guest begins with; null: it need not count.</summary>
    public int? Window => _grant is null ? null : _window;

    /// <summary>Bytes that came.</summary>
    public long Received => Locked(static log => log._received);

    /// <summary>Where the oldest byte is that is still kept.</summary>
    public long Oldest => Locked(static log => log.First);

    /// <summary>Bytes that were dropped before anybody had read them.</summary>
    public long Dropped => Locked(static log => log._dropped);

    private long First => _received - _ring.Count;

    /// <summary>Takes output, in pieces that readers who keep up can take before they go.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var piece = data[..Math.Min(data.Length, _window == 0 ? data.Length : _window)];
            data = data[piece.Length..];
            OutputReader[] woken;
            int credit;
            lock (_gate)
            {
                if (_isOver)
                {
                    return;
                }

                Keep(piece);
                credit = Credit();
                woken = [.. _readers];
            }

            Settle(woken, credit);
        }
    }

    /// <summary>No output follows: readers get what is kept and then the end.</summary>
    public void Complete()
    {
        OutputReader[] woken;
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _budget.Return(_taken);
            _taken = _reserved = 0;
            woken = [.. _readers];
        }

        Settle(woken, 0);
    }

    /// <summary>
    /// Output that nobody is there to read holds the process up no longer; the newest is kept. Readers that are attached are not affected.
    /// </summary>
    /// <param name="forgets">Whether what nobody is there to read is given up.</param>
    public void LetGo(bool forgets)
    {
        int credit;
        lock (_gate)
        {
            _isFree = true;
            if (forgets && _readers.Count == 0)
            {
                _dropped += Math.Max(0, _received - Math.Max(First, _readTo));
                _ring.Clear();
            }

            credit = Credit();
        }

        Settle([], credit);
    }

    /// <summary>A reader from <paramref name="from"/> on; null: from what is kept on. Dispose of it.</summary>
    public OutputReader Attach(long? from)
    {
        OutputReader reader;
        int credit;
        lock (_gate)
        {
            reader = new OutputReader(this, from ?? First);
            _readers.Add(reader);
            _isFree = true;
            credit = Credit();
        }

        Settle([], credit);
        return reader;
    }

    /// <summary>The reader leaves; what it alone had not read holds nobody up any more.</summary>
    public void Detach(OutputReader reader)
    {
        int credit;
        lock (_gate)
        {
            _readers.Remove(reader);
            credit = Credit();
        }

        Settle([], credit);
        reader.Wake();
    }

    /// <summary>Whether a reader at this position has something to take, bytes or news of a gap; null: no, and nothing will come.</summary>
    public bool? HasMore(long position)
    {
        lock (_gate)
        {
            return position < _received ? true : _isOver ? null : false;
        }
    }

    /// <summary>Takes at most <paramref name="most"/> bytes as a piece of its own. Null: there is nothing now.</summary>
    public OutputPiece? Take(ref long position, int most)
    {
        byte[] bytes;
        long missed;
        int credit;
        lock (_gate)
        {
            if (!TryFind(position, most, out var count, out missed))
            {
                return null;
            }

            bytes = new byte[count];
            credit = Take(ref position, bytes, missed);
        }

        Settle([], credit);
        return new(position - bytes.Length, bytes, missed);
    }

    /// <summary>Takes what fits, unless bytes are missing: then only the gap. Both are none: there is nothing now.</summary>
    public (int Count, long Missed) Take(ref long position, Span<byte> into)
    {
        int count;
        long missed;
        int credit;
        lock (_gate)
        {
            if (!TryFind(position, into.Length, out count, out missed))
            {
                return default;
            }

            count = missed > 0 ? 0 : count;
            credit = Take(ref position, into[..count], missed);
        }

        Settle([], credit);
        return (count, missed);
    }

    private bool TryFind(long position, int most, out int count, out long missed)
    {
        missed = Math.Max(0, First - position);
        count = (int)Math.Clamp(_received - position - missed, 0, most);
        return count > 0 || missed > 0;
    }

    private int Take(ref long position, Span<byte> into, long missed)
    {
        position += missed;
        _ring.CopyTo((int)(position - First), into);
        position += into.Length;
        _readTo = Math.Max(_readTo, position);
        return Credit();
    }

    private void Settle(ReadOnlySpan<OutputReader> woken, int credit)
    {
        if (credit > 0)
        {
            _grant!(credit);
        }

        foreach (var reader in woken)
        {
            reader.Wake();
        }
    }

    private T Locked<T>(Func<OutputLog, T> read)
    {
        lock (_gate)
        {
            return read(this);
        }
    }
}
