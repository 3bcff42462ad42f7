using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Processes;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>EXECCMD: starts a command in a running container. ACK when it runs; a command that doesn't exist is an error.</summary>
internal sealed class ExecStarter : ICommandStep
{
    private const int SetupWaitMs = 30_000;

    private readonly GuestServices _services;
    private readonly GuestProcess _process;
    private readonly LoopTimer _deadline;
    private bool _late;
    private bool _released;
    private string? _failure;

    /// <summary>Begins; throws <see cref="SystemCallException"/> if the kernel refuses, with nothing left behind.</summary>
    public ExecStarter(GuestServices services, Pod pod, Container container, ExecPayload exec)
    {
        _services = services;
        int pids = -1, mounts = -1;
        try
        {
            // Opened now and not kept: a descriptor of a namespace would keep the container's mounts after its end.
            pids = Fd.Open($"/proc/{container.Process.Pid}/ns/pid", Abi.ReadOnly);
            mounts = Fd.Open($"/proc/{container.Process.Pid}/ns/mnt", Abi.ReadOnly);
            var start = ProcessPlans.ForExec(pod.Hostname, container.Spec, exec);
            _process = services.Launcher.Launch(start, pids, [.. pod.Namespaces, mounts], container.PtsDirectory);
        }
        finally
        {
            Fd.Close(ref pids);
            Fd.Close(ref mounts);
        }

        _deadline = services.Loop.After(SetupWaitMs, () => _late = true);
    }

    /// <inheritdoc/>
    public CommandOutcome? Step()
    {
        var link = _process.Link;
        if (_failure is null && Judge(link) is { } failure)
        {
            _failure = $"{_process.Start.Name}: {failure}";
            _process.Signal(Abi.SigKill);
        }

        if (_failure is not null)
        {
            return _process.ExitCode is null ? null : Finish(_failure);
        }

        if (link.Prepared && !_released)
        {
            _released = true;
            link.Go();
        }

        return _released && link.Closed ? Finish(null) : null;
    }

    private string? Judge(ShimLink link) =>
        link.Failure?.Text
        ?? (!link.Prepared && (link.Closed || _process.ExitCode is not null) ? "the container has ended" : null)
        ?? (_late && !link.Closed ? $"the set-up took over {SetupWaitMs / 1000} s" : null);

    private CommandOutcome Finish(string? failure)
    {
        _deadline.Cancel();
        if (failure is null)
        {
            return new(null, _process.Attach);
        }

        _services.Table.Remove(_process);
        return new(failure);
    }
}
