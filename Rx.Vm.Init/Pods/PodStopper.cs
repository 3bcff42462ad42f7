using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// STOPPOD: asks every container's first process to end, kills what is left after ten seconds (H70), and finishes when all are reaped and
/// their last bytes were written.
/// </summary>
internal sealed class PodStopper : ICommandStep
{
    private const int GraceMs = 10_000;
    private const int MaxStatusBytes = 16 << 10;

    private readonly Pod _pod;
    private readonly PodDrain _drain;
    private readonly LoopTimer _kill;

    /// <summary>Begins.</summary>
    public PodStopper(GuestServices services, Pod pod)
    {
        _pod = pod;
        _drain = new(services, pod);
        foreach (var container in pod.Containers.Where(c => c.Runs))
        {
            // The kernel drops a SIGTERM that the first process of a pid namespace has no handler for: waiting would be for nothing.
            var status = Files.TryRead($"/proc/{container.Process.Pid}/status", MaxStatusBytes) ?? [];
            container.Process.Signal(SignalMask.Handles(status, Abi.SigTerm) ? Abi.SigTerm : Abi.SigKill);
        }

        _kill = services.Loop.After(GraceMs, () => pod.Containers.ForEach(c => c.Process.Signal(Abi.SigKill)));
    }

    /// <inheritdoc/>
    public CommandOutcome? Step()
    {
        if (_pod.Ended)
        {
            _kill.Cancel();
        }

        return _drain.Finished ? CommandOutcome.Success : null;
    }
}
