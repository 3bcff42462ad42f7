namespace Rx.Vm.Lifecycle;

/// <summary>
/// How long a machine waits for what. Each is more than zero; however long it is, it is waited out, and
/// <c>Timeout.InfiniteTimeSpan</c> waits without end.
/// </summary>
public sealed record VmTimeouts
{
    private static readonly TimeSpan Infinite = TimeSpan.FromMilliseconds(-1);

    /// <summary>From launch to READY and greeting. Default 60 s.</summary>
    public TimeSpan Boot { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the start of the process to the end of the QMP handshake. Default 10 s.</summary>
    public TimeSpan QmpGreeting { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attaching devices and starting the containers. Default 60 s.</summary>
    public TimeSpan PodStart { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Stopping the containers and detaching devices. Default 30 s.</summary>
    public TimeSpan PodStop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The guest's answer to a shutdown. Default 10 s.</summary>
    public TimeSpan PodDestroy { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From QEMU's quit to its exit, and from a kill to the exit. Default 10 s.</summary>
    public TimeSpan Kill { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a broken channel to the exit that usually causes it. Default 1 s.</summary>
    public TimeSpan Loss { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Releasing the host's resources. Default 60 s.</summary>
    public TimeSpan Release { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the last sign of life to the next keep-alive. Default 30 s.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From a keep-alive or call to its answer. Default 30 s.</summary>
    public TimeSpan Pong { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The wait of a machine whose host boots as many others as it can; the time to boot begins behind it. Default 30 minutes.
    /// </summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The time of <paramref name="kind"/>.</summary>
    public TimeSpan For(DeadlineKind kind) => kind switch
    {
        DeadlineKind.Boot => Boot,
        DeadlineKind.QmpGreeting => QmpGreeting,
        DeadlineKind.PodStart => PodStart,
        DeadlineKind.PodStop => PodStop,
        DeadlineKind.PodDestroy => PodDestroy,
        DeadlineKind.Quit or DeadlineKind.Kill => Kill,
        DeadlineKind.Loss => Loss,
        DeadlineKind.Release => Release,
        DeadlineKind.Ping => Ping,
        DeadlineKind.Pong => Pong,
        DeadlineKind.Queue => Queue,
    };

    /// <summary>The name of the first time that is neither positive nor infinite, or null when all are sound.</summary>
    public string? Invalid() => Enum.GetValues<DeadlineKind>()
        .Where(kind => For(kind) <= TimeSpan.Zero && For(kind) != Infinite)
        .Select(kind => kind == DeadlineKind.Quit ? nameof(Kill) : kind.ToString())
        .FirstOrDefault();
}
