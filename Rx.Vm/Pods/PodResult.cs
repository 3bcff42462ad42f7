using Rx.Vm.Lifecycle;

namespace Rx.Vm.Pods;

/// <summary>How a pod ended.</summary>
/// <param name="PodId">The pod.</param>
/// <param name="ExitCodes">
/// One code a container, in order: its status, 128 + n when signal n killed it, 127 for a command that was not found. As reported by the
/// guest. Empty when the codes were lost with the machine, or the pod was stopped by a guest that reports none.
/// </param>
/// <param name="Reason">Why the machine left its normal course by then; <see cref="VmReason.None"/> when it goes on.</param>
/// <param name="Message">That reason in words.</param>
public sealed record PodResult(string PodId, ValueArray<int> ExitCodes, VmReason Reason, string? Message)
{
    /// <summary>Whether every container's exit code is known.</summary>
    public bool IsKnown => ExitCodes.Count > 0;

    /// <summary>The first code that is not zero, in order of the containers; 0 when all are; null when the codes were lost.</summary>
    public int? ExitCode => IsKnown ? ExitCodes.FirstOrDefault(code => code != 0) : null;
}
