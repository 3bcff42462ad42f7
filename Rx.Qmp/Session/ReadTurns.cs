using System.Reactive.Concurrency;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>
/// Who reads. Callers that block take turns at it: the one whose turn it is reads for all until its own reply has come, so a reply need
/// not be carried from thread to thread. When no caller blocks, the session's own reader does it.
/// </summary>
/// <remarks>
/// Without a <see cref="BlockingSocketStream"/> the session always reads, and blocked callers only wait here. With one, the session's
/// reader stands back once a caller has blocked, and returns when something else needs an answer or nobody has blocked for
/// <see cref="Quiet"/>; until then an event may wait that long.
/// </remarks>
/// <param name="scheduler">The clock.</param>
internal sealed class ReadTurns(IScheduler scheduler)
{
    /// <summary>How long after the last blocked caller the session's reader returns.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10);

    /// <summary>How late a blocked caller notices its own deadline or cancellation while it reads.</summary>
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private BlockingSocketStream? _socket;
    private Func<bool> _read = static () => false;
    private bool _taken = true;
    private bool _ended;
    private volatile bool _session = true;
    private bool _returning;
    private long _blocked;
    private long _blockedBefore;

    /// <summary>Reads until the connection ends, whenever it is the session's turn. Blocks; call it on a thread of its own.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="read">Reads once and routes; false: the connection has ended.</param>
    public void Serve(BlockingSocketStream socket, Func<bool> read)
    {
        lock (_gate)
        {
            _socket = socket;
            _read = read;
            _taken = false;
        }

        while (TryTakeForSession())
        {
            bool more = true;
            try
            {
                socket.ReadLimit = TimeSpan.Zero;
                while (more && _session)
                {
                    more = read();
                }
            }
            finally
            {
                GiveBack();
            }
        }
    }

    /// <summary>Blocks until the command is answered, reading meanwhile if nobody else does.</summary>
    public void WaitFor(PendingCommand pending)
    {
        while (!pending.IsAnswered)
        {
            if (TryTakeForCaller(pending))
            {
                try
                {
                    _socket!.ReadLimit = Check;
                    while (!pending.IsAnswered && _read())
                    {
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The connection has just ended; whoever ended it answers the command.
                }
                finally
                {
                    GiveBack();
                }
            }
        }

        StandBack();
    }

    /// <summary>Tells blocked callers to look whether they are answered.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Somebody needs an answer without blocking for it.</summary>
    public void CallSession()
    {
        if (!_session)
        {
            lock (_gate)
            {
                _session = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Nobody reads from now on.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool TryTakeForSession()
    {
        lock (_gate)
        {
            while (!_ended && (_taken || !_session))
            {
                Monitor.Wait(_gate);
            }

            _taken = true;
            return !_ended;
        }
    }

    /// <summary>True: it is the caller's turn. False: it is answered.</summary>
    private bool TryTakeForCaller(PendingCommand pending)
    {
        lock (_gate)
        {
            while (!pending.IsAnswered)
            {
                if (!_taken && !_ended)
                {
                    return _taken = true;
                }

                Monitor.Wait(_gate);
            }

            return false;
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            _taken = false;
            Monitor.PulseAll(_gate);
        }
    }

    private void StandBack()
    {
        if (_socket is null)
        {
            return;
        }

        lock (_gate)
        {
            _blocked++;
            _session = false;
            if (_returning || _ended)
            {
                return;
            }

            _returning = true;
            _blockedBefore = _blocked;
        }

        scheduler.Schedule(Quiet, Return);
    }

    private void Return()
    {
        lock (_gate)
        {
            if (_blocked == _blockedBefore || _ended)
            {
                _returning = false;
                _session = true;
                Monitor.PulseAll(_gate);
                return;
            }

            _blockedBefore = _blocked;
        }

        scheduler.Schedule(Quiet, Return);
    }
}
