using Rx.Vm.Lifecycle;

namespace Rx.Vm;

/// <summary>A request was accepted and came to nothing.</summary>
/// <param name="vmId">The machine.</param>
/// <param name="request">What was asked.</param>
/// <param name="reason">The machine's reason, or <see cref="VmReason.None"/> when only the request failed and the machine goes on.</param>
/// <param name="cause">The cause in words.</param>
/// <param name="inner">
/// Where a machine could not be started, why: a <see cref="Qemu.MachineStartException"/> or what else refused it.
/// </param>
public sealed class VmFailedException(string vmId, string request, VmReason reason, string? cause, Exception? inner = null)
    : RxVmException($"{vmId}: {request} failed: {cause ?? reason.ToString()}", inner)
{
    /// <summary>The machine.</summary>
    public string VmId { get; } = vmId;

    /// <summary>Why; <see cref="VmReason.None"/> when the machine itself is well.</summary>
    public VmReason Reason { get; } = reason;
}
