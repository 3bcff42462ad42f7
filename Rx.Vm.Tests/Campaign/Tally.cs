using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>What a part of a campaign has come to. Parts are added up; the sum does not depend on how the work was shared.</summary>
internal sealed class Tally
{
    private const int Kept = 10;
    private readonly HashSet<UInt128> _states = [];
    private readonly List<(Life Life, Breach Breach)> _breaches = [];

    /// <summary>How many lives came to their end.</summary>
    public long Lives { get; private set; }

    /// <summary>How many faults struck in them.</summary>
    public long Faults { get; private set; }

    /// <summary>How many steps of the reducer they make up, those that several share counted for each.</summary>
    public long Steps { get; private set; }

    /// <summary>How long they took together, in milliseconds of their own time.</summary>
    public long Milliseconds { get; private set; }

    /// <summary>The longest of them.</summary>
    public uint Slowest { get; private set; }

    /// <summary>How many broke a rule.</summary>
    public long Broken { get; private set; }

    /// <summary>The sum of what each life came to: the same for the same lives, in whichever order they were lived.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Different lifecycle states seen.</summary>
    public int States => _states.Count;

    /// <summary>Some of the broken lives.</summary>
    public IReadOnlyList<(Life Life, Breach Breach)> Breaches => _breaches;

    /// <summary>Years of virtual time.</summary>
    public double Years => TimeSpan.FromMilliseconds(Milliseconds).TotalDays / 365.25;

    /// <summary>Enters a life that is over.</summary>
    public void Enter(in World world, int faults, Func<Life> life)
    {
        Lives++;
        Faults += faults;
        Steps += world.Steps;
        Milliseconds += world.GoneAt;
        Slowest = Math.Max(Slowest, world.GoneAt);
        Digest += (world.Hash ^ world.GoneAt) * 0xD6E8_FEB8_6659_FD93;
        if (world.Breach != Breach.None && ++Broken <= Kept)
        {
            _breaches.Add((life(), world.Breach));
        }
    }

    /// <summary>Enters the states that were seen.</summary>
    public void Enter(PackedSet states)
    {
        for (var i = 0; i < states.Count; i++)
        {
            _states.Add(states[i]);
        }
    }

    /// <summary>Adds another part.</summary>
    public void Add(Tally part)
    {
        Lives += part.Lives;
        Faults += part.Faults;
        Steps += part.Steps;
        Milliseconds += part.Milliseconds;
        Slowest = Math.Max(Slowest, part.Slowest);
        Broken += part.Broken;
        Digest += part.Digest;
        _breaches.AddRange(part._breaches.Take(Kept - _breaches.Count));
        _states.UnionWith(part._states);
    }
}
