using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>The campaign has teeth: it finds what is planted, and cuts it down to a few events.</summary>
[Slow]
public class CampaignTeethTests(ITestOutputHelper output)
{
    private const int MostEvents = 8;

    public static TheoryData<string> Names => [.. PlantedFaults.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Planted_fault_is_found_with_two_faults_at_most_and_shrinks(string name)
    {
        var planted = PlantedFaults.All.Single(f => f.Name == name);
        var broken = FirstBroken(planted.Reducer, judgesLaws: true);
        Assert.True(broken is not null, name);
        var finding = Finding.Of(broken, planted.Reducer);
        output.WriteLine($"{finding}");
        Assert.Equal(Breach.Law, finding.Breach);
        Assert.InRange(finding.Life.Faults.Count, 0, 2);
        var again = EventList.Play(new Stage(planted.Reducer), finding.Keep, finding.Events);
        Assert.Equal((finding.Breach, finding.Rule), again);
        Assert.InRange(finding.Events.Count, 1, MostEvents);
    }

    // Without the laws: what callers and the host see of it is enough. One fault for each thing that can be seen.
    private static readonly IReadOnlyList<(Breach Breach, string Name, Func<VmCore, VmInput, Transition, Transition> Plant)> Visible =
    [
        (Breach.AnsweredTwice, "a ping's answer starts the pod again",
            (s, i, t) => s.Phase == VmPhase.Running && i.Kind == VmEventKind.PingAcked ? t.Do(VmEffects.CompleteRunPod) : t),
        (Breach.Unanswered, "a finished stop is not told", Planted("a finished stop is not told")),
        (Breach.LaunchedTwice, "a failed launch is tried again", Planted("a failed launch is tried again")),
        (Breach.ClosedTwice, "an end of a channel after the exit releases again",
            (s, i, t) => s.Phase == VmPhase.Destroying && VmInvariants.Ended(s.Process) && i.Kind == VmEventKind.QmpDisconnected
                ? t.Do(VmEffects.ReleaseResources) : t),
        (Breach.PodEndMissing, "a lost pod does not end", Planted("a lost pod does not end")),
        (Breach.RoseAgain, "a boot wakes the dead", Planted("a boot wakes the dead")),
        (Breach.ProcessLeft, "kills are only recorded", (_, _, t) => t with { Effects = t.Effects & ~VmEffects.KillProcess }),
        (Breach.TooSlow, "Stopping arms nothing", Planted("Stopping arms nothing")),
        (Breach.Stuck, "a release that is stuck is waited for", (_, _, t) => t.Disarm(DeadlineKind.Release)),
        (Breach.Endless, "a ping elapses over and over", Planted("a ping elapses over and over")),
    ];

    public static TheoryData<string> VisibleNames => [.. Visible.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(VisibleNames))]
    public void What_a_planted_fault_does_is_seen_from_outside_too(string name)
    {
        var (expected, _, plant) = Visible.Single(v => v.Name == name);
        Reducer reduce = (s, i) => plant(s, i, VmReducer.Reduce(s, i));
        var finding = Finding.Of(FirstBroken(reduce, judgesLaws: false)!, reduce, judgesLaws: false);
        output.WriteLine($"{finding}");
        Assert.Equal(expected, finding.Breach);
    }

    [Fact]
    public void Each_breach_has_a_fault_that_shows_it() =>
        Assert.Equal(Enum.GetValues<Breach>().Except([Breach.None, Breach.Law, Breach.Pipeline]), Visible.Select(v => v.Breach));

    private static Func<VmCore, VmInput, Transition, Transition> Planted(string name) =>
        PlantedFaults.All.Single(f => f.Name == name).Plant;

    private static Life? FirstBroken(Reducer reduce, bool judgesLaws) => Enum.GetValues<Course>()
        .Select(course => FirstBroken(reduce, course, judgesLaws))
        .FirstOrDefault(life => life is not null);

    private static Life? FirstBroken(Reducer reduce, Course course, bool judgesLaws)
    {
        var tree = new Tree(new Stage(reduce) { JudgesLaws = judgesLaws }, most: 2) { StopsWhenBroken = true };
        tree.Live(course, worker: 0, workers: 1);
        return tree.Tallies.SelectMany(t => t.Breaches).OrderBy(b => b.Life.Faults.Count).Select(b => b.Life).FirstOrDefault();
    }
}
