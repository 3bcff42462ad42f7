using System.Globalization;
using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// A million random lives through the real Rx pipeline in virtual time. RX_PIPELINE_LIVES sets another number of lives, RX_SEED
/// another seed.
/// </summary>
[Slow]
public class PipelineCampaignTests(ITestOutputHelper output)
{
    // An unoptimised build is given a share.
#if DEBUG
    private const int Otherwise = 50_000;
#else
    private const int Otherwise = 1_000_000;
#endif

    [Fact]
    public void A_million_random_lives_through_the_pipeline_are_not_broken()
    {
        var (seed, lives) = (FromEnvironment("RX_SEED", 20_150_915), FromEnvironment("RX_PIPELINE_LIVES", Otherwise));
        var tally = FaultCampaign.ThroughPipeline((ulong)seed, lives, Environment.ProcessorCount);
        output.WriteLine($"seed {seed}: {tally.Lives:N0} lives, {tally.Faults:N0} faults, {tally.Steps:N0} steps, "
            + $"{tally.States:N0} states, {tally.Years:N2} years, slowest {tally.Slowest} ms, digest {tally.Digest:x16}");
        var again = tally.Breaches.Select(b => $"{b.Breach}: ./rx campaign --machine pipeline {b.Life}");
        Assert.True(tally.Broken == 0, string.Join("\n", again));
        Assert.Equal((lives, 0L), (tally.Lives, tally.Broken));
        Assert.True(tally.Faults > 2 * tally.Lives);
    }

    [Fact]
    public void The_same_seed_gives_the_same_digest_with_any_number_of_threads()
    {
        var one = FaultCampaign.ThroughPipeline(7, 20_000, workers: 1);
        var three = FaultCampaign.ThroughPipeline(7, 20_000, workers: 3);
        var other = FaultCampaign.ThroughPipeline(8, 20_000, workers: 1);
        Assert.Equal((one.Digest, one.Steps, one.States), (three.Digest, three.Steps, three.States));
        Assert.NotEqual(one.Digest, other.Digest);
    }

    [Fact]
    public void An_event_that_is_lost_on_its_way_is_noticed()
    {
        var machine = new PipelineMachine { Loses = e => e.Kind == K.CallAcked };
        var world = new Life(Course.Stopped, 0, []).Play(new Stage(VmReducer.Reduce) { Pipeline = machine });
        Assert.Equal((Breach.Pipeline, "events were lost, doubled or swapped"), (world.Breach, machine.Complaint));
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
