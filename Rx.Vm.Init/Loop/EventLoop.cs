using System.Runtime.InteropServices;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Loop;

/// <summary>
/// The one thread of init: an epoll, a few timers and a list of things to do next. Everything else is called from here, so there is not
/// one lock in the program. An exception of a handler is reported and stops nothing: if PID 1 ends, the kernel panics.
/// </summary>
/// <remarks>
/// Descriptors are watched edge-triggered: a handler notes "may be readable" and reads until the kernel says otherwise, whenever there is
/// somewhere to put the bytes. Back-pressure then costs no system call, and a port whose host is away (always EPOLLHUP) no spinning.
/// </remarks>
internal sealed unsafe class EventLoop(Action<Exception> report)
{
    private const int Batch = 32;

    private readonly int _epoll = SystemCallException.Check(Libc.epoll_create1(Abi.CloseOnExec), "epoll");
    private readonly Dictionary<long, Action> _handlers = [];
    private readonly List<LoopTimer> _timers = [];
    private Queue<Action> _next = new();
    private Queue<Action> _running = new();
    private long _tokens;

    /// <summary>Runs after every turn: the place for "whatever just happened, can something go on now?".</summary>
    public Action? AfterTurn { get; set; }

    /// <summary>Calls the handler whenever something about the descriptor changed, first soon after now.</summary>
    /// <returns>What <see cref="Forget"/> needs.</returns>
    public long Watch(int fd, uint events, Action changed)
    {
        // Tokens are never reused, unlike descriptor numbers: an event of a closed one cannot reach its successor.
        var token = ++_tokens;
        var change = new EpollEvent { Events = events | Abi.EpollEdge, Token = token };
        SystemCallException.Check(Libc.epoll_ctl(_epoll, Abi.EpollAdd, fd, &change), "watch a descriptor");
        _handlers.Add(token, changed);
        return token;
    }

    /// <summary>The same with a descriptor that was taken over: if it can't be watched it is closed.</summary>
    public long WatchOwn(int fd, uint events, Action changed)
    {
        try
        {
            return Watch(fd, events, changed);
        }
        catch
        {
            Fd.Close(ref fd);
            throw;
        }
    }

    /// <summary>Stops watching; call before closing the descriptor.</summary>
    public void Forget(int fd, long token)
    {
        if (_handlers.Remove(token))
        {
            EpollEvent unused;
            _ = Libc.epoll_ctl(_epoll, Abi.EpollDelete, fd, &unused);
        }
    }

    /// <summary>Calls once, so many milliseconds from now, unless cancelled.</summary>
    public LoopTimer After(long milliseconds, Action fire)
    {
        var timer = new LoopTimer(Clock.Now + milliseconds, fire);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Calls in the next turn, after other descriptors had theirs: how a busy handler stays fair.</summary>
    public void Post(Action action) => _next.Enqueue(action);

    /// <summary>One turn: waits for something to happen, handles it.</summary>
    public void Turn()
    {
        var events = stackalloc EpollEvent[Batch];
        var count = Libc.epoll_wait(_epoll, events, Batch, Timeout());
        for (var i = 0; i < count; i++)
        {
            if (_handlers.TryGetValue(events[i].Token, out var handler))
            {
                Guard(handler);
            }
        }

        FireTimers();
        (_next, _running) = (_running, _next);
        while (_running.TryDequeue(out var action))
        {
            Guard(action);
        }

        if (AfterTurn is { } after)
        {
            Guard(after);
        }
    }

    private int Timeout()
    {
        if (_next.Count > 0)
        {
            return 0;
        }

        _timers.RemoveAll(static t => t.Cancelled);
        if (_timers.Count == 0)
        {
            return -1;
        }

        var due = long.MaxValue;
        foreach (var timer in CollectionsMarshal.AsSpan(_timers))
        {
            due = Math.Min(due, timer.Due);
        }

        return (int)Math.Clamp(due - Clock.Now, 0, int.MaxValue);
    }

    private void FireTimers()
    {
        if (_timers.Count == 0)
        {
            return;
        }

        var now = Clock.Now;
        foreach (var timer in _timers.FindAll(t => !t.Cancelled && t.Due <= now))
        {
            // An earlier one of this round may have cancelled it.
            if (!timer.Cancelled)
            {
                timer.Cancel();
                Guard(timer.Fire);
            }
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            report(e);
        }
    }
}
