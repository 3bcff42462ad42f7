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

    private readonly object _gate = new();

    // Apart from the gate: a reader that stands back must not be woken by every reply.
    private readonly AutoResetEvent _sessionMayRead = new(false);
    private int _waiting;
    private BlockingSocketStream? _socket;
    private Func<bool> _read = static () => false;
    private bool _taken = true;
    private bool _ended;
    private PendingCommand? _reading;
    private int _readingThread;
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
                    while (!pending.IsAnswered && (!_socket!.WaitForBytes() || _read()))
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

    /// <summary>Tells blocked callers to look whether they are answered, also the one that waits for bytes.</summary>
    public void Wake()
    {
        bool interrupt;
        lock (_gate)
        {
            PulseCallers();
            interrupt = _reading is { IsAnswered: true } && _readingThread != Environment.CurrentManagedThreadId;
        }

        if (interrupt)
        {
            _socket!.Interrupt();
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
                _sessionMayRead.Set();
            }
        }
    }

    /// <summary>Nobody reads from now on.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            PulseCallers();
            _sessionMayRead.Set();
        }
    }

    private bool TryTakeForSession()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return false;
                }

                if (!_taken && _session)
                {
                    return _taken = true;
                }
            }

            _sessionMayRead.WaitOne();
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
                    _reading = pending;
                    _readingThread = Environment.CurrentManagedThreadId;
                    return _taken = true;
                }

                _waiting++;
                Monitor.Wait(_gate);
                _waiting--;
            }

            return false;
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            _taken = false;
            _reading = null;
            PulseCallers();
            if (_session)
            {
                _sessionMayRead.Set();
            }
        }
    }

    private void PulseCallers()
    {
        if (_waiting > 0)
        {
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
                _sessionMayRead.Set();
                return;
            }

            _blockedBefore = _blocked;
        }

        scheduler.Schedule(Quiet, Return);
    }
}
