namespace Rx.Qmp.Testing.Simulation;

/// <summary>Runs commands at once or, as QEMU does, one at a time from a short queue that commands out of band overtake.</summary>
/// <param name="mode">Which.</param>
/// <param name="run">Runs a command and calls back when it is done.</param>
/// <param name="moved">Called whenever <see cref="IsFull"/> may have changed.</param>
internal sealed class FakeDispatcher(FakeQmpDispatch mode, Action<FakeQmpCommand, Action> run, Action moved)
{
    /// <summary>Commands QEMU lets wait, besides the one that runs, before it stops reading; only with oob enabled.</summary>
    private const int QueueLength = 8;

    private readonly Lock _gate = new();
    private readonly Queue<FakeQmpCommand> _queue = new();
    private bool _busy;
    private bool _oob;

    /// <summary>True when no further command may be read.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return mode == FakeQmpDispatch.LikeQemu && (_oob ? _queue.Count >= QueueLength : _busy || _queue.Count > 0);
            }
        }
    }

    /// <summary>With oob enabled commands may wait; without none may.</summary>
    public void EnableOob()
    {
        lock (_gate)
        {
            _oob = true;
        }
    }

    public void Add(FakeQmpCommand command)
    {
        if (mode == FakeQmpDispatch.Immediate || command.IsOutOfBand)
        {
            run(command, static () => { });
            return;
        }

        lock (_gate)
        {
            _queue.Enqueue(command);
        }

        Advance();
    }

    private void Advance()
    {
        FakeQmpCommand? next = null;
        lock (_gate)
        {
            if (!_busy && _queue.TryDequeue(out next))
            {
                _busy = true;
            }
        }

        moved();
        if (next is not null)
        {
            run(next, Done);
        }
    }

    private void Done()
    {
        lock (_gate)
        {
            _busy = false;
        }

        Advance();
    }
}
