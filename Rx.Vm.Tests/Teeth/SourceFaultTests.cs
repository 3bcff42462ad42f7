using Rx.Vm.Tests.Teeth.Rules;

namespace Rx.Vm.Tests.Teeth;

/// <summary>
/// What surrounds the reducer has teeth as well (G17): each fault of one line, planted in inbox, pipeline, timers, delivery or codec, is
/// caught by the rule that is meant to catch it, before any other.
/// </summary>
public class SourceFaultTests(ITestOutputHelper output)
{
    private static readonly Type[] Judges =
    [
        typeof(InboxRules), typeof(PipelineRules), typeof(DeadlineRules), typeof(FanoutRules), typeof(ControlFrameRules),
        typeof(TtyFrameRules), typeof(QmpFrameRules),
    ];

    public static TheoryData<string, string> Faults => [.. SourceFaults.All.Select(f => (f.Where.Path, f.Name))];

    public static TheoryData<string> Rules => [.. Judges.SelectMany(MutantCompiler.Of).Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_holds(string rule) => Judges.SelectMany(MutantCompiler.Of).Single(r => r.Name == rule).Judge();

    [Theory]
    [MemberData(nameof(Faults))]
    public void Planted_fault_is_caught_by_its_rule(string path, string name)
    {
        var fault = SourceFaults.All.Single(f => f.Where.Path == path && f.Name == name);
        var broken = MutantCompiler.Rules(fault.Where, fault.Plant).Select(rule => (rule.Name, Why: Record.Exception(rule.Judge)))
            .FirstOrDefault(rule => rule.Why is not null);
        output.WriteLine($"{broken.Name}: {broken.Why?.Message}");
        Assert.Equal(fault.Caught, broken.Name);
    }

    [Fact]
    public void A_copy_without_a_fault_breaks_no_rule() => Assert.All(
        SourceFaults.All.Select(f => f.Where).DistinctBy(file => file.With),
        file => Assert.All(MutantCompiler.Rules(file, source => source), rule => rule.Judge()));

    [Fact]
    public void Every_rule_has_a_fault_that_it_catches() => Assert.Empty(
        Judges.SelectMany(MutantCompiler.Of).Select(rule => rule.Name).Except(SourceFaults.All.Select(f => f.Caught)));

    /// <summary>The documented list is this one, and the reducer's.</summary>
    [Fact]
    public void The_list_is_in_the_documents()
    {
        var text = new System.Text.StringBuilder();
        foreach (var file in SourceFaults.All.GroupBy(f => f.Where.Path))
        {
            Table(text, $"`{file.Key}`, {file.Count()} faults", file.Select(f => (f.Name, f.Caught)));
        }

        var reducer = Rx.Vm.Tests.Lifecycle.PlantedFaults.All;
        Table(text, $"`Rx.Vm/Lifecycle/VmReducer.cs`, {reducer.Count} faults", reducer.Select(f => (f.Name, $"{f.Caught}")));
        Snapshot.AssertSection("docs/reliability.md", text.ToString().TrimStart('\n'));
    }

    private static void Table(System.Text.StringBuilder text, string title, IEnumerable<(string Fault, string Rule)> rows)
    {
        text.Append($"\n{title}\n\n| fault | caught by |\n|---|---|\n");
        foreach (var (fault, rule) in rows)
        {
            text.Append($"| {fault} | {rule} |\n");
        }
    }
}
