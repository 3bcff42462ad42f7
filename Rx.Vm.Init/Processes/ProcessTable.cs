using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Channels;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Processes;

/// <summary>All processes that were started and are not done, by session and by pid. Reaps, also what nobody here started.</summary>
internal sealed unsafe class ProcessTable : ISessions
{
    private readonly Dictionary<ulong, GuestProcess> _bySession = [];
    private readonly List<GuestProcess> _all = [];
    private readonly List<PidNamespace> _ending = [];

    /// <inheritdoc/>
    public bool InputFull => _all.Exists(p => p.InputFull);

    /// <summary>Told how a process ended, when that is to be a message of its own.</summary>
    public Action<ProcessEnd> Told { get; set; } = static _ => { };

    /// <summary>Whether nothing is left.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Whether a session belongs to a process that isn't done.</summary>
    public bool Knows(ulong session) => _bySession.ContainsKey(session);

    /// <summary>Whether any session of a start is in use.</summary>
    public ulong? InUse(ulong main, ulong? stderr) => Knows(main) ? main : stderr is { } second && Knows(second) ? second : null;

    /// <summary>Adds a process.</summary>
    public void Add(GuestProcess process)
    {
        _all.Add(process);
        _bySession.Add(process.Start.Session, process);
        if (process.Start.Stderr is { } stderr)
        {
            _bySession.Add(stderr, process);
        }
    }

    /// <summary>Ends a namespace that got no process, and sees to it until it has gone.</summary>
    public void End(PidNamespace space)
    {
        space.Dispose();
        _ending.Add(space);
    }

    /// <summary>Takes a process out and closes what it has.</summary>
    public void Remove(GuestProcess process)
    {
        _all.Remove(process);
        _bySession.Remove(process.Start.Session);
        if (process.Start.Stderr is { } stderr)
        {
            _bySession.Remove(stderr);
        }

        process.Release();
    }

    /// <inheritdoc/>
    public bool Deliver(ulong session, ReadOnlySpan<byte> bytes)
    {
        if (!_bySession.TryGetValue(session, out var process))
        {
            return false;
        }

        process.Deliver(session, bytes);
        return true;
    }

    /// <summary>The process of a session, or null.</summary>
    public GuestProcess? Find(ulong session) => _bySession.GetValueOrDefault(session);

    /// <summary>Kills everything; a process that is still being set up gets no streams any more.</summary>
    public void KillAll() => _all.ForEach(p =>
    {
        p.Signal(Abi.SigKill);
        p.AbandonSetup();
    });

    /// <summary>
    /// Reaps whatever has ended, then forgets what is done. PID 1 inherits orphans; those of containers go to the container's own first
    /// process, so here it is only a kernel helper now and then, but a zombie would be for ever.
    /// </summary>
    public void Advance()
    {
        int status;
        int pid;
        while ((pid = Libc.waitpid(-1, &status, Abi.WaitNoHang)) > 0)
        {
            _all.Find(p => p.Pid == pid && p.ExitCode is null)?.Exited(status);
            _all.Find(p => p.Namespace is { Gone: false } space && space.First == pid)?.Namespace!.Reaped();
            _ending.Find(space => space.First == pid)?.Reaped();
            _ending.RemoveAll(static space => space.Gone);
        }

        for (var i = _all.Count - 1; i >= 0; i--)
        {
            _all[i].Advance();
            if (_all[i].Done)
            {
                Remove(_all[i]);
            }
        }
    }
}
