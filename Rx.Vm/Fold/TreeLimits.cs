using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

namespace Rx.Vm.Fold;

/// <summary>How much of what a machine takes, and how long each deadline is: data beside the fold, which knows no time.</summary>
internal static class TreeLimits
{
    /// <summary>The most containers of a pod at a time.</summary>
    public const int MaxContainers = PodSpec.MaxContainers;

    /// <summary>The most devices of a machine at a time: it has no more slots.</summary>
    public const int MaxDevices = DeviceSet.Capacity;

    /// <summary>The most requests that wait at a time; a shutdown or kill is always heard.</summary>
    public const int MaxRequests = 1024;

    /// <summary>The most sessions of a machine at a time.</summary>
    public const int MaxSessions = 1024;

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SteadyAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Infinite = TimeSpan.FromMilliseconds(-1);

    /// <summary>What is wrong with a pod that is to be run, so that no machine could take it.</summary>
    public static Denial Trouble(Payload.Pod? plan) =>
        plan is null || plan.Containers.IsDefaultOrEmpty || plan.Devices.IsDefault ? Denial.Unsupported
        : plan.Containers.Length > MaxContainers ? Denial.TooMany
        : plan.Devices.Length + plan.Containers.Sum(container => container.Devices.Length) > MaxDevices ? Denial.TooManyDevices
        : Denial.None;

    /// <summary>How long the deadline <paramref name="op"/> of <paramref name="s"/> is; infinite for one that never elapses.</summary>
    public static TimeSpan Of(in Op op, State s, VmTimeouts times) => op.Kind switch
    {
        OpKind.QueueLimit => times.Queue,
        OpKind.BootLimit => times.Boot,
        OpKind.GreetingLimit => times.QmpGreeting,
        OpKind.SilenceLimit => times.Pong < TimeSpan.Zero ? Infinite : times.Pong - SilentAfter(times),
        OpKind.QuitLimit => Sum(times.PodDestroy, times.Kill),
        OpKind.FreezeLimit or OpKind.KillLimit or OpKind.ForceLimit or OpKind.KillContainerLimit or OpKind.SessionLimit => times.Kill,
        OpKind.LossLimit => times.Loss,
        OpKind.ReleaseLimit => times.Release,
        OpKind.PodStartLimit or OpKind.StartLimit => times.PodStart,
        OpKind.PodStopLimit or OpKind.CleanLimit or OpKind.StopLimit => times.PodStop,
        OpKind.BackOff => BackOff(Attempt(s, op.Target.Id)),
        OpKind.Steady => SteadyAfter,
        OpKind.DeviceLimit => Device(s, op.Target.Id, times),
        OpKind.RequestLimit => Request(s, op.Target.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op.Kind, "not a deadline"),
    };

    /// <summary>
    /// How long after a ping a guest that says nothing counts as silent: two seconds, and never the whole of the time after which it is given
    /// up. What is left of that time is the limit of the silence.
    /// </summary>
    public static TimeSpan SilentAfter(VmTimeouts times) =>
        times.Pong < TimeSpan.Zero || times.Pong >= 2 * Silent ? Silent : times.Pong / 2;

    /// <summary>
    /// Whether a machine that has been at work all the while is given the time again: it is the machine that is waited for, and the work is one
    /// that ends.
    /// </summary>
    public static bool MayExtend(OpKind kind) => kind is OpKind.BootLimit or OpKind.GreetingLimit or OpKind.PodStartLimit or OpKind.StartLimit;

    private static TimeSpan BackOff(int attempt)
    {
        var pause = FirstBackOff * (1 << Math.Clamp(attempt - 1, 0, 20));
        return pause < LongestBackOff ? pause : LongestBackOff;
    }

    private static int Attempt(State s, long id)
    {
        foreach (var container in s.Containers)
        {
            if (container.Id == id)
            {
                return container.Core.Attempt;
            }
        }

        return 0;
    }

    private static TimeSpan Device(State s, long id, VmTimeouts times)
    {
        foreach (var device in s.Devices)
        {
            if (device.Id == id)
            {
                return device.Core.Phase switch
                {
                    DevicePhase.Unmounting or DevicePhase.Unplugging => times.PodStop,
                    DevicePhase.Releasing => times.Release,
                    _ => times.PodStart,
                };
            }
        }

        return times.PodStart;
    }

    private static TimeSpan Request(State s, long token)
    {
        foreach (var request in s.Requests)
        {
            if (request.Token == token)
            {
                return request.Within > TimeSpan.Zero ? request.Within : Infinite;
            }
        }

        return Infinite;
    }

    private static TimeSpan Sum(TimeSpan first, TimeSpan second) =>
        first == Infinite || second == Infinite ? Infinite
        : first > TimeSpan.MaxValue - second ? TimeSpan.MaxValue
        : first + second;
}
