using Rx.Vm.Fold;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>The worlds that are searched.</summary>
internal static class Worlds
{

    private static readonly RequestKind[] All = [.. Enum.GetValues<RequestKind>().Except([RequestKind.None])];

    /// <summary>One container with everything that can be asked for, and the restart of what ends.</summary>
    public static World One { get; } = new()
    {
        Name = "1 container x 1 device, 1 session, 1 request, all kinds",
        MostSessions = 1,
        Requests = All,
        Policy = RestartPolicy.OnFailure,
    };

    /// <summary>The same, with two requests at a time.</summary>
    public static World OneTwice { get; } = One with { Name = "1 container x 1 device, 1 session, 2 requests, all kinds", MostRequests = 2 };

    /// <summary>Two containers and a device of the pod's own.</summary>
    public static World Two { get; } = new()
    {
        Name = "2 containers x 1 device, 1 pod device, 1 request of life",
        Containers = 2,
        MostContainers = 2,
        PodDevices = 1,
    };

    /// <summary>A guest that starts and stops all containers together.</summary>
    public static World Together { get; } = Two with { Name = "2 containers x 1 device together, 1 request of life", PodDevices = 0, AllAtOnce = true };

    /// <summary>Devices enough for an order.</summary>
    public static World Devices { get; } = Two with { Name = "2 containers x 2 devices, 1 request of life", DevicesEach = 2, PodDevices = 0 };

    /// <summary>Three containers.</summary>
    public static World Three { get; } = Two with { Name = "3 containers x 1 device, 1 request of life", Containers = 3, MostContainers = 3, PodDevices = 0 };

    /// <summary>All that the design asks for, together.</summary>
    public static World Whole { get; } = new()
    {
        Name = "2 containers x 1 device, 2 sessions, 2 requests, all kinds",
        Containers = 2,
        MostContainers = 2,
        MostSessions = 2,
        MostRequests = 2,
        Requests = All,
    };

    /// <summary>A pod to which another container is added.</summary>
    public static World Added { get; } = Whole with
    {
        Name = "1 container x 1 device and one that is added, 1 session, 1 request, all kinds",
        Containers = 1,
        MostSessions = 1,
        MostRequests = 1,
        Policy = RestartPolicy.OnFailure,
    };

    /// <summary>Those that are searched in part by every run, and in full by the long runs.</summary>
    public static World[] Large { get; } = [Added, Whole];

    /// <summary>Those of every run.</summary>
    public static World[] Small { get; } = [One, OneTwice, Two, Together, Devices, Three];
}
