using Rx.Vm.Lifecycle;

namespace Rx.Benchmarks;

/// <summary>The events of one ordinary life: boot, a pod with two disks, a few keep-alives and calls, finish, gone.</summary>
internal static class Life
{
    public static VmEvent[] Events() =>
    [
        VmEvent.RunPod(1, "pod", devices: 2),
        new(VmEventKind.ProcessStarted) { Text = "simulated" },
        new(VmEventKind.QmpConnected),
        new(VmEventKind.GuestReady),
        VmEvent.Device(VmEventKind.DeviceAdded, 0),
        VmEvent.Device(VmEventKind.DeviceAdded, 1),
        new(VmEventKind.PodStartAcked),
        VmEvent.Request(VmEventKind.CallRequested, 2),
        new(VmEventKind.CallAcked) { Token = 2 },
        new(VmEventKind.PingAcked),
        VmEvent.Request(VmEventKind.CallRequested, 3),
        new(VmEventKind.CallAcked) { Token = 3 },
        new(VmEventKind.PingAcked),
        new(VmEventKind.PodFinished) { ExitCodes = new([0, 0]) },
        new(VmEventKind.PodDestroyAcked),
        VmEvent.Exited(0, "exit code 0"),
        new(VmEventKind.ResourcesReleased),
    ];

    public static VmInput[] Inputs() => [.. Events().Select(e => new VmInput(e.Kind, e.Operand))];
}
