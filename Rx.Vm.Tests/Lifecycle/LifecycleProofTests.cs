using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>The proof: every reachable state against every input keeps every law of <see cref="VmRule"/>.</summary>
[Slow]
public class LifecycleProofTests(ITestOutputHelper output)
{
    // Enough for 400,000 states; an unoptimised build is given fewer devices, the laws are the same.
#if DEBUG
    private const int Devices = 7;
    private const int AtLeast = 25_000;
#else
    private const int Devices = 11;
    private const int AtLeast = 400_000;
#endif

    [Fact]
    public void Every_reachable_state_keeps_every_law_for_every_input()
    {
        var search = StateSearch.Run(VmReducer.Reduce, Devices);

        output.WriteLine($"{Devices} devices, {search.AllInputs.Length} inputs: {search.Count:N0} states, {search.Transitions:N0} transitions");
        foreach (var phase in search.States.CountBy(s => s.Phase).OrderBy(p => p.Key))
        {
            output.WriteLine($"  {phase.Key,-12} {phase.Value,10:N0}");
        }

        Assert.Null(search.Broken);
        Assert.Equal((long)search.Count * search.AllInputs.Length, search.Transitions);
        Assert.True(search.Count >= AtLeast, $"only {search.Count} states");
        Assert.Equal(Enum.GetValues<VmPhase>(), search.States.Select(s => s.Phase).Distinct().Order());
    }
}
