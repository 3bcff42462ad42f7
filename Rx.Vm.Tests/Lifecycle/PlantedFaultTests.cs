using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>The proof has teeth: each planted fault is caught, by the law that is meant to catch it.</summary>
[Slow]
public class PlantedFaultTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. PlantedFaults.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Planted_fault_is_caught_by_its_law(string name)
    {
        var fault = PlantedFaults.All.Single(f => f.Name == name);
        var broken = StateSearch.Run(fault.Reducer, devices: 2).Broken;
        output.WriteLine($"{broken}");
        Assert.NotNull(broken);
        Assert.Equal(fault.Caught, broken.Rule);
    }

    [Fact]
    public void Every_law_has_a_fault_that_it_catches() => Assert.Equal(
        Enum.GetValues<VmRule>().Where(r => r != VmRule.None),
        PlantedFaults.All.Select(f => f.Caught).Distinct().Order());

    [Fact]
    public void Silence_finds_a_machine_that_waits_for_ever()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 0);
        Reducer noKill = (s, i) => i == Inputs.Elapsed(DeadlineKind.Kill) ? new(s) : VmReducer.Reduce(s, i);
        var silence = new Silence(search, noKill, new VmTimeouts());
        Assert.All(search.States, s => silence.Longest(s));
        Assert.Contains(silence.Stuck, s => s.Armed.Has(DeadlineKind.Kill));
    }

    [Fact]
    public void Orders_find_a_cause_that_depends_on_what_was_seen_first()
    {
        Reducer symptomKept = (s, i) =>
        {
            var t = VmReducer.Reduce(s, i);
            var kept = t with { Next = t.Next with { Reason = s.Reason } };
            return i.Kind == VmEventKind.ProcessExited && s.Reason != VmReason.None ? kept : t;
        };
        VmInput[] signs = [new(VmEventKind.ProcessExited, 1), new(VmEventKind.QmpDisconnected)];
        Assert.NotEmpty(Orders.Differences(symptomKept, signs, s => s.Phase == VmPhase.Running));
        Assert.Empty(Orders.Differences(VmReducer.Reduce, signs, s => s.Phase == VmPhase.Running));
    }

    /// <summary>The documented list is this one.</summary>
    [Fact]
    public void The_list_is_in_the_documents() => Snapshot.AssertSection(
        "docs/reliability.md",
        $"{PlantedFaults.All.Count} faults\n\n| fault | caught by |\n|---|---|\n"
            + string.Concat(PlantedFaults.All.Select(fault => $"| {fault.Name} | {fault.Caught} |\n")));
}
