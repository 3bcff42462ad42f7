using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>
/// What tells two states apart, as a hash of 128 bits. Left out are names (ids: a container with its devices, sessions and requests is one
/// description, and descriptions are added, so that their order is nobody's business) and what no decision reads.
/// </summary>
internal static class StateKey
{
    private const ulong FirstSeed = 0x9E37_79B9_7F4A_7C15;
    private const ulong SecondSeed = 0xC2B2_AE3D_27D4_EB4F;

    /// <summary>The key of <paramref name="s"/>.</summary>
    public static UInt128 Of(State s) => new(Hash(s, FirstSeed), Hash(s, SecondSeed));

    private static ulong Hash(State s, ulong seed)
    {
        var hash = Mix(seed, (s.Machine with { Reason = VmReason.None, SomethingLost = false, Killed = false }).Bits);
        hash = Mix(hash, (s.Pod with { Fault = PodFault.None, Leaked = false }).Bits);
        hash = Mix(hash, Devices(s, seed, 0));
        var requests = 0UL;
        foreach (var request in s.Requests)
        {
            requests += request.Target == 0 ? Mix(seed, request.Core.Bits) : 0;
        }

        var containers = 0UL;
        foreach (var container in s.Containers)
        {
            var core = container.Core with { Attempt = Math.Min(container.Core.Attempt, 1), Leaked = false };
            var description = Mix(Mix(seed, core.Bits), Devices(s, seed, container.Id));
            description = Mix(description, Requests(s, seed, container.Id));
            containers += Mix(description, Sessions(s, seed, container.Id));
        }

        return Mix(Mix(hash, requests), containers);
    }

    private static ulong Devices(State s, ulong seed, int owner)
    {
        var hash = seed;
        foreach (var device in s.Devices)
        {
            hash = device.Owner == owner ? Mix(hash, (device.Core with { Leaked = false }).Bits) : hash;
        }

        return hash;
    }

    private static ulong Sessions(State s, ulong seed, int container)
    {
        var sum = 0UL;
        foreach (var session in s.Sessions)
        {
            sum += session.Container == container ? Mix(Mix(seed, session.Core.Bits), Requests(s, seed, session.Id)) : 0;
        }

        return sum;
    }

    private static ulong Requests(State s, ulong seed, int target)
    {
        var sum = 0UL;
        foreach (var request in s.Requests)
        {
            sum += request.Target == target ? Mix(seed, request.Core.Bits) : 0;
        }

        return sum;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0xFF51_AFD7_ED55_8CCD;
        hash = (hash ^ hash >> 32) * 0xC4CE_B9FE_1A85_EC53;
        return (hash ^ hash >> 29) + FirstSeed;
    }
}
