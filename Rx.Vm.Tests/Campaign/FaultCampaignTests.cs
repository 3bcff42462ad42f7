using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Campaign;

/// <summary>Whole lives with everything going wrong in them: all of them end, in time, with every request answered once.</summary>
[Slow]
public class FaultCampaignTests(ITestOutputHelper output)
{
    // Every triple in a release build, 30 million lives; an unoptimised build is given every pair.
#if DEBUG
    private const int MostFaults = 2;
    private const int AtLeast = 60_000;
    private const int RandomLives = 50_000;
#else
    private const int MostFaults = 3;
    private const int AtLeast = 6_000_000;
    private const int RandomLives = 500_000;
#endif

    public static TheoryData<string> Courses => [.. Enum.GetNames<Course>()];

    [Theory]
    [InlineData(nameof(Course.Stopped), 22)]
    [InlineData(nameof(Course.Finished), 17)]
    [InlineData(nameof(Course.Kept), 21)]
    public void A_life_without_a_fault_goes_as_planned(string course, int deliveries)
    {
        var stage = new Stage(VmReducer.Reduce) { Trace = [] };
        var world = new Life(Enum.Parse<Course>(course), 0, []).Play(stage);
        stage.Trace.ForEach(step => output.WriteLine($"{step}"));
        Assert.Equal((Breach.None, deliveries), (world.Breach, world.Position + 1));
        Assert.DoesNotContain(stage.Trace, s => (s.Result.Effects & (VmEffects.FailRunPod | VmEffects.FailStopPod | VmEffects.FailCalls
            | VmEffects.FailCall | VmEffects.KillProcess)) != 0);
        Assert.Contains(stage.Trace, s => s.Result.Effects.HasFlag(VmEffects.EndPod));
    }

    [Theory]
    [MemberData(nameof(Courses))]
    public void Every_single_pair_and_triple_of_faults_at_every_delivery_leaves_no_life_broken(string course)
    {
        var tallies = new FaultCampaign(VmReducer.Reduce, workers: 1).Exhaust(Enum.Parse<Course>(course), MostFaults);
        var all = FaultCampaign.Sum(tallies);
        output.WriteLine($"{all.Lives:N0} lives, {all.Faults:N0} faults, {all.Steps:N0} steps, {all.States:N0} states, "
            + $"{all.Years:N1} years, slowest {all.Slowest} ms, digest {all.Digest:x16}");
        Assert.Empty(all.Breaches.Select(b => Finding.Of(b.Life, VmReducer.Reduce).ToString()));
        Assert.Equal(0, all.Broken);
        Assert.True(all.Lives >= AtLeast, $"only {all.Lives:N0} lives");
        Assert.InRange(all.Slowest, World.Patience, World.Latest);
    }

    [Fact]
    public void Random_lives_with_up_to_a_dozen_faults_are_not_broken()
    {
        const ulong Seed = 20_151;
        var stage = new Stage(VmReducer.Reduce);
        var lives = new RandomLives(stage, Seed);
        var tally = new Tally();
        for (var i = 0; i < RandomLives; i++)
        {
            lives.Live(i, tally);
        }

        output.WriteLine($"seed {Seed}: {tally.Lives:N0} lives, {tally.Faults:N0} faults, {tally.Years:N2} years, "
            + $"{stage.States.Count:N0} states");
        Assert.Empty(tally.Breaches.Select(b => Finding.Of(b.Life, VmReducer.Reduce).ToString()));
        Assert.True(tally.Faults > 2 * tally.Lives);
    }

    [Fact]
    public void A_life_of_the_tree_is_the_same_when_it_is_lived_from_the_start()
    {
        var (lives, faulty) = (0, 0);
        var again = new Stage(VmReducer.Reduce);
        var tree = new Tree(new Stage(VmReducer.Reduce), most: 2)
        {
            // Each single fault, and every 20th pair.
            Each = (life, world) =>
            {
                if (lives++ % 20 == 0 || life.Faults.Count < 2)
                {
                    faulty += life.Faults.Count;
                    Assert.True(life.Play(again).Hash == world.Hash, life.ToString());
                }
            },
        };
        tree.Live(Course.Stopped, worker: 0, workers: 1);
        Assert.True(faulty > 5000);
    }

    [Fact]
    public void However_the_work_is_shared_the_sum_is_the_same()
    {
        var alone = FaultCampaign.Sum(new FaultCampaign(VmReducer.Reduce, workers: 1).Exhaust(Course.Kept, most: 2));
        var shared = FaultCampaign.Sum(new FaultCampaign(VmReducer.Reduce, workers: 3).Exhaust(Course.Kept, most: 2));
        Assert.Equal((alone.Lives, alone.Digest, alone.Steps, alone.States), (shared.Lives, shared.Digest, shared.Steps, shared.States));
    }
}
