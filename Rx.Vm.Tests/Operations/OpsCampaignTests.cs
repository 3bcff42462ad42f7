using Rx.Vm.Effects;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>
/// Random lives of the tree with all its operations, with random faults of the simulated machine: the laws hold for each step, every request
/// is answered, and at the end nothing is left. RX_SEED sets another seed, RX_LIVES another number of lives.
/// </summary>
public class OpsCampaignTests(ITestOutputHelper output)
{
    private static readonly int Lives = int.TryParse(Environment.GetEnvironmentVariable("RX_LIVES"), out var lives) ? lives : 300;
    private static readonly int Seed = Seeds.Wanted(20_260_101);

    private static readonly string[][] Commands =
        [["true"], ["false"], ["echo", "hello"], ["sleep", "0.5"], ["sleep", "40"], ["sleep", "infinity"], ["cat"], ["nosuch"]];

    private static readonly double[] Waits = [0, 0, 0.001, 0.01, 0.06, 0.12, 0.56, 0.7, 2, 35];

    [Fact]
    public void Every_random_life_ends_in_order()
    {
        output.WriteLine($"seed {Seed}");
        var (failures, reasons) = (new List<string>(), new SortedDictionary<VmReason, int>());
        for (var seed = Seed; seed < Seed + Lives && failures.Count < 5; seed++)
        {
            var random = new Random(seed);
            SimulatedFault[] faults = [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomFaults.Next(random))];
            try
            {
                var reason = Live(random, faults);
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
            catch (Exception e)
            {
                failures.Add($"RX_SEED={seed} [{string.Join(", ", faults.Select(fault => $"{fault}"))}]: {e}");
            }
        }

        output.WriteLine(string.Join(", ", reasons.Select(r => $"{r.Value} {r.Key}")));
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.True(Lives < 300 || reasons.Count >= 10, "the faults must reach most of the reasons there are");
    }

    private static VmReason Live(Random random, SimulatedFault[] faults)
    {
        var world = new OpsWorld(new SimulatedSettings { Faults = [.. faults] }, keep: random.Next(2) == 0);
        var asked = new List<long>();
        for (var requests = random.Next(1, 9); requests > 0; requests--)
        {
            asked.Add(Ask(world, random));
            world.Advance(Waits[random.Next(Waits.Length)]);
        }

        asked.Add(world.Ask(random.Next(4) == 0 ? RequestKind.Kill : RequestKind.Shutdown));
        world.Until(() => world.State.Machine.Phase == MachinePhase.Gone, 700);
        Assert.All(asked, token => Assert.True(world.Answers.ContainsKey(token), $"request {token} was not answered"));
        Assert.Equal(asked.Count, world.Answers.Count);
        Assert.Empty(world.Thrown);

        // A driver that hangs, or lets a process live, may keep what it was not asked to keep; what was lost is said to be.
        if (!world.State.Machine.SomethingLost)
        {
            world.Advance(1);
            Assert.Equal((0, 0, 0), (world.UnderWay, world.Driver.Alive, world.Driver.Held));
        }

        return world.State.Machine.Reason;
    }

    private static long Ask(OpsWorld world, Random random)
    {
        var command = Commands[random.Next(Commands.Length)];
        switch (random.Next(10))
        {
            case 0:
                return world.Ask(RequestKind.StopPod);
            case 1:
                return world.Ask(RequestKind.Pause);
            case 2:
                return world.Ask(RequestKind.Resume);
            case 3:
                return world.Ask(RequestKind.Boot);
            case >= 4 and <= 5 when world.State.Containers.Length > 0:
                return world.Exec(random.Next(world.State.Containers.Length), [.. command], TimeSpan.FromSeconds(random.Next(2) * 3)).Token;
            case 6 when world.State.Containers.Length > 0:
                var container = world.State.Containers[0];
                var plan = new SignalPlan(container.Spec.NameAt(0), 15);
                return world.Ask(
                    RequestKind.Call, container.Id, new Payload.Question("signal", default) { Live = plan }, TimeSpan.FromSeconds(3));
            default:
                var containers = Enumerable.Range(0, random.Next(1, 4)).Select(_ => SimulatedWorld.Container(Commands[random.Next(Commands.Length)]));
                return world.Ask(RequestKind.RunPod, payload: OpsWorld.Ask(OpsWorld.Plan([.. containers])));
        }
    }
}
