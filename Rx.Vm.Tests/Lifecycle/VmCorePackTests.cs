using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>A state and its number stand for each other: the search would otherwise take two states for one.</summary>
public class VmCorePackTests(ITestOutputHelper output)
{
    private static readonly int Seed = Seeds.Wanted(68_70);

    [Fact]
    public void Pack_of_any_state_unpacks_to_the_same_state()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++)
        {
            var core = Any(random);
            Assert.Equal(core, VmCore.Unpack(core.Pack()));
        }
    }

    // Each field alone at its highest value, so that one bit too few or an overlap shows.
    [Fact]
    public void Pack_gives_every_field_its_own_bits()
    {
        var flags = (VmFlags)Enum.GetValues<VmFlags>().Aggregate(0, (all, flag) => all | (int)flag);
        VmCore[] fields =
        [
            new() { Phase = Enum.GetValues<VmPhase>().Max() },
            new() { Process = Enum.GetValues<ProcessStatus>().Max() },
            new() { Keep = Enum.GetValues<KeepMode>().Max() },
            new() { Reason = Enum.GetValues<VmReason>().Max() },
            new() { Calls = VmCore.MaxCalls },
            new() { Flags = flags },
            new() { Armed = new DeadlineSet((1 << DeadlineSet.Kinds) - 1) },
            new() { Devices = new DeviceSet(uint.MaxValue) },
        ];
        Assert.All(fields, field => Assert.Equal(field, VmCore.Unpack(field.Pack())));
        Assert.Equal(UInt128.Zero, default(VmCore).Pack());
        Assert.Equal(
            fields.Sum(f => (int)UInt128.PopCount(f.Pack())),
            (int)UInt128.PopCount(fields.Aggregate(UInt128.Zero, (all, f) => all | f.Pack())));
    }

    [Fact]
    public void Deadline_set_has_a_bit_for_every_kind()
    {
        Assert.Equal(DeadlineSet.Kinds, Enum.GetValues<DeadlineKind>().Length);
        Assert.All(Enum.GetValues<DeadlineKind>(), kind =>
        {
            var set = DeadlineSet.Of(kind);
            Assert.Equal([kind], Enum.GetValues<DeadlineKind>().Where(set.Has));
            Assert.True(set.Without(kind).IsEmpty);
            Assert.Equal((set, kind.ToString()), (DeadlineSet.Empty.With(kind), set.ToString()));
        });
    }

    private static VmCore Any(Random random) => new()
    {
        Phase = (VmPhase)random.Next(10),
        Process = (ProcessStatus)random.Next(5),
        Keep = (KeepMode)random.Next(2),
        Reason = (VmReason)random.Next(19),
        Calls = (byte)random.Next(VmCore.MaxCalls + 1),
        Flags = (VmFlags)random.Next(1 << 11),
        Armed = new DeadlineSet((ushort)random.Next(1 << DeadlineSet.Kinds)),
        Devices = new DeviceSet((uint)random.NextInt64(1L << 32)),
    };
}
