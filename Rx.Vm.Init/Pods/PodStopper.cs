using Rx.Vm.Init.Loop;
using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Pods;

/// <summary>
/// STOPPOD: asks every container's first process to end, kills what is left after ten seconds, and finishes when all are reaped and
/// their last bytes were written.
/// </summary>
internal sealed class PodStopper : ICommandStep
{
    private const int GraceMs = 10_000;

    private readonly Pod _pod;
    private readonly PodDrain _drain;
    private readonly LoopTimer _kill;

    /// <summary>Begins.</summary>
    public PodStopper(GuestServices services, Pod pod)
    {
        _pod = pod;
        _drain = new(services, pod);
        pod.Containers.ForEach(c => c.Process.Signal(Abi.SigTerm));

        _kill = services.Loop.After(GraceMs, () => pod.Containers.ForEach(c => c.Process.Signal(Abi.SigKill)));
    }

    /// <inheritdoc/>
    public CommandOutcome? Step()
    {
        if (_pod.Ended)
        {
            _kill.Cancel();
        }

        return _drain.Finished ? CommandOutcome.Success with { ExitCodes = _pod.ExitCodes } : null;
    }
}
