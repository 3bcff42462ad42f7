namespace Rx.Vm.Testing;

/// <summary>How long everything in a simulated machine takes, on the driver's scheduler. Zero means at once, in the same instant.</summary>
public sealed record SimulatedTimings
{
    /// <summary>From the request to start until the process runs. Default 50 ms.</summary>
    public TimeSpan ProcessStart { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>From the running process to the greeting of its monitor. Default 0.</summary>
    public TimeSpan Greeting { get; init; }

    /// <summary>From the running process to the guest's READY. Default 500 ms.</summary>
    public TimeSpan Boot { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The monitor's time for a command that has none of its own. Default 1 ms.</summary>
    public TimeSpan Monitor { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The monitor's time for <c>device_add</c>. Default 5 ms.</summary>
    public TimeSpan DeviceAdd { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>From the reply to <c>device_del</c> to <c>DEVICE_DELETED</c>. Default 20 ms.</summary>
    public TimeSpan DeviceRemove { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The guest's time for a command that has none of its own. Default 1 ms.</summary>
    public TimeSpan Guest { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The guest's time for setting up and starting all containers of a pod. Default 100 ms.</summary>
    public TimeSpan PodStart { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the guest waits for a disk that a pod names and nobody attached. Default 5 s.</summary>
    public TimeSpan DiskWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the guest's SIGTERM to its SIGKILL while stopping a pod. Default 10 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the guest's goodbye to SHUTDOWN. Default 20 ms.</summary>
    public TimeSpan PowerOff { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>From SHUTDOWN, or from a kill, to the end of the process. Default 10 ms.</summary>
    public TimeSpan Exit { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Between the two signs of the end: the streams' end and the exit, in the order of the settings. Default 10 ms.</summary>
    public TimeSpan ExitNotice { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>What disposing a machine takes after its end was seen. Default 0.</summary>
    public TimeSpan Release { get; init; }

    /// <summary>Nothing takes any time: a whole conversation happens in one instant.</summary>
    public static SimulatedTimings Instant { get; } = new()
    {
        ProcessStart = TimeSpan.Zero, Boot = TimeSpan.Zero, Monitor = TimeSpan.Zero, DeviceAdd = TimeSpan.Zero,
        DeviceRemove = TimeSpan.Zero, Guest = TimeSpan.Zero, PodStart = TimeSpan.Zero,
        PowerOff = TimeSpan.Zero, Exit = TimeSpan.Zero, ExitNotice = TimeSpan.Zero,
    };
}
