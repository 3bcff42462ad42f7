using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>The written answer to every pair of phase and event, and the map made of it.</summary>
public class LifecycleTableTests
{
    [Fact]
    public void Table_is_the_one_that_was_reviewed() =>
        Snapshot.AssertFile("Rx.Vm.Tests/Lifecycle/lifecycle-table.txt", LifecycleTable.Text());

    [Fact]
    public void Map_in_the_documentation_is_the_one_that_is_taken() =>
        Snapshot.AssertSection("docs/lifecycle.md", LifecycleMap.Markdown());

    [Fact]
    public void Table_has_every_phase_and_only_reachable_states()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 2);
        Assert.Equal(Enum.GetValues<VmPhase>(), LifecycleTable.Canonical.Select(c => c.State.Phase).Distinct());
        Assert.All(LifecycleTable.Canonical, c => Assert.True(search.IndexOf(c.State) >= 0, c.Name));
    }

    // A request is never just dropped.
    [Fact]
    public void Every_request_in_every_reachable_state_is_answered_or_owed()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 1);
        var requests = search.AllInputs.Where(i => VmInvariants.IsRequest(i.Kind)).ToList();
        Assert.All(search.States, s => Assert.All(
            requests,
            i => Assert.True(AnsweredOrOwed(i, VmReducer.Reduce(s, i)), $"{i} in {s.Words()}")));
    }

    private static bool AnsweredOrOwed(VmInput request, Transition t) =>
        t.Refused != Refusal.None || t.Effects.HasFlag(VmEffects.CompleteRequest) || request.Kind switch
        {
            VmEventKind.RunPodRequested => t.Next.Has(VmFlags.RunPending),
            VmEventKind.StopPodRequested => t.Next.Has(VmFlags.StopPending),
            VmEventKind.ShutdownRequested or VmEventKind.KillRequested => t.Next.Has(VmFlags.ShutdownPending),
            VmEventKind.CallRequested => t.Effects.HasFlag(VmEffects.SendCall),
            _ => false,
        };
}
