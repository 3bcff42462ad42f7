using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>
/// The timeouts of a machine by the names that journals and generated tests use: those of <see cref="VmTimeouts"/>' members.
/// </summary>
internal static class TimeoutNames
{
    /// <summary>
    /// All of them, in the order of the members; one that is younger than the format only where it is not the usual one, so that older
    /// readers understand what they can.
    /// </summary>
    public static (string Name, TimeSpan Value)[] Of(VmTimeouts t) =>
    [
        (nameof(t.Boot), t.Boot), (nameof(t.QmpGreeting), t.QmpGreeting), (nameof(t.PodStart), t.PodStart), (nameof(t.PodStop), t.PodStop),
        (nameof(t.PodDestroy), t.PodDestroy), (nameof(t.Kill), t.Kill), (nameof(t.Loss), t.Loss), (nameof(t.Release), t.Release),
        (nameof(t.Ping), t.Ping), (nameof(t.Pong), t.Pong), .. t.Queue == new VmTimeouts().Queue ? [] : new[] { (nameof(t.Queue), t.Queue) },
    ];

    /// <summary><paramref name="t"/> with one of them changed, or null when there is none of that name.</summary>
    public static VmTimeouts? With(VmTimeouts t, string name, TimeSpan value) => name switch
    {
        nameof(t.Boot) => t with { Boot = value },
        nameof(t.QmpGreeting) => t with { QmpGreeting = value },
        nameof(t.PodStart) => t with { PodStart = value },
        nameof(t.PodStop) => t with { PodStop = value },
        nameof(t.PodDestroy) => t with { PodDestroy = value },
        nameof(t.Kill) => t with { Kill = value },
        nameof(t.Loss) => t with { Loss = value },
        nameof(t.Release) => t with { Release = value },
        nameof(t.Ping) => t with { Ping = value },
        nameof(t.Pong) => t with { Pong = value },
        nameof(t.Queue) => t with { Queue = value },
        _ => null,
    };
}
