using Rx.Vm.Lifecycle;

namespace Rx.Vm;

/// <summary>A request was turned down at once; nothing was changed.</summary>
/// <param name="vmId">The machine.</param>
/// <param name="request">What was asked.</param>
/// <param name="refusal">Why not.</param>
/// <param name="phase">The phase it was asked in.</param>
/// <param name="detail">What exactly, where there is more to say than the reason.</param>
public sealed class VmRefusedException(string vmId, string request, Refusal refusal, VmPhase phase, string? detail = null)
    : RxVmException($"{vmId}: {request} refused while {phase}: {Words(refusal)}{(detail is null ? "" : $": {detail}")}")
{
    /// <summary>The machine.</summary>
    public string VmId { get; } = vmId;

    /// <summary>Why it was refused.</summary>
    public Refusal Refusal { get; } = refusal;

    /// <summary>The phase it was asked in.</summary>
    public VmPhase Phase { get; } = phase;

    private static string Words(Refusal refusal) => refusal switch
    {
        Refusal.None => "no reason given",
        Refusal.Busy => "the machine already has a pod",
        Refusal.NoPod => "there is no pod",
        Refusal.Stopping => "the pod is being stopped",
        Refusal.ShuttingDown => "the machine is shutting down",
        Refusal.Gone => "the machine has gone",
        Refusal.TooManyCalls => $"{VmCore.MaxCalls} calls are already waiting for the guest",
        Refusal.TooManyDevices => $"a machine has {Devices.DeviceSet.Capacity} device slots",
        Refusal.TooSmall => "the machine is too small for the pod",
    };
}
