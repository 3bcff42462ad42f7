using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Testing.Simulation;

/// <summary>A pod in the guest: its containers, their further processes, and when the last byte of all has left.</summary>
internal sealed class PodRun
{
    private readonly GuestSystem _guest;
    private readonly PodPayload _spec;
    private readonly ContainerRun[] _containers;

    public PodRun(PodPayload spec, GuestSystem guest)
    {
        _guest = guest;
        _spec = spec;
        _containers = [.. spec.Containers.Select(NewContainer)];
    }

    /// <summary>Whether every container has ended and the host has every byte.</summary>
    public bool IsDrained => Array.TrueForAll(_containers, c => c.IsDrained);

    /// <summary>Whether its end was already told, too early.</summary>
    public bool IsReported { get; set; }

    /// <summary>The exit codes, in order of declaration.</summary>
    public int[] ExitCodes => [.. _containers.Select(c => c.Process.ExitCode ?? 0)];

    /// <summary>A container by its name.</summary>
    public ContainerRun? Find(string id) => Array.Find(_containers, c => c.Spec.Id == id);

    /// <summary>A further process that runs, by its session.</summary>
    public GuestProcess? FindExec(ulong session) =>
        _containers.SelectMany(c => c.Further).FirstOrDefault(p => p.Session == session && p.ExitCode is null);

    /// <summary>The kernel kills the process of the first container.</summary>
    public void RunOutOfMemory() => _containers[0].Process.RunOutOfMemory();

    /// <summary>Lets every container's command run.</summary>
    public void Start() => Array.ForEach(_containers, c => c.Process.Start());

    /// <summary>Sends a signal to the command of every container.</summary>
    public void Signal(int signal)
    {
        foreach (var container in _containers)
        {
            container.Process.Signal(signal);
        }
    }

    /// <summary>Starts a further process.</summary>
    public void Exec(ExecPayload exec)
    {
        var container = Find(exec.Container)!;
        var sessions = new GuestProcess.Sessions(exec.Seq, exec.Stderr, (exec.Terminal ?? true), IsExec: true, exec.Ends ?? false);
        var process = _guest.NewProcess(_guest.CallOf(_spec, container.Spec, exec), sessions, static _ => { });
        _guest.Limit(exec.Seq, exec.Window, exec.Stderr, exec.StderrWindow);
        container.Further.Add(process);
        process.Start();
        if (exec.Timeout is { } milliseconds)
        {
            _guest.After(TimeSpan.FromMilliseconds(milliseconds), process.TimeOut);
        }
    }

    private ContainerRun NewContainer(ContainerPayload spec)
    {
        var container = new ContainerRun { Spec = spec };
        var sessions = new GuestProcess.Sessions(spec.Tty, spec.Stderr, spec.Terminal ?? true, IsExec: false, spec.Ends ?? false);
        _guest.Limit(spec.Tty, spec.Window, spec.Stderr, spec.StderrWindow);
        container.Process = _guest.NewProcess(_guest.CallOf(_spec, spec, null), sessions, _ => Ended(container));
        return container;
    }

    private void Ended(ContainerRun container)
    {
        // The kernel takes every process of a pid namespace with its first.
        container.Further.ForEach(p => p.Signal(9));
        container.IsDrained = true;
        _guest.Drained(this);
    }

    /// <summary>A container.</summary>
    internal sealed class ContainerRun
    {
        public required ContainerPayload Spec { get; init; }

        public GuestProcess Process { get; set; } = null!;

        public List<GuestProcess> Further { get; } = [];

        public bool IsRunning => Process.ExitCode is null;

        public bool IsDrained { get; set; }
    }
}
