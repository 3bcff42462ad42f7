using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Facts that reach the host over different descriptors arrive in any order; what becomes of the machine must not depend on it (F2).</summary>
public class LifecycleOrderTests(ITestOutputHelper output)
{
    private const E Told = E.CompleteRunPod | E.FailRunPod | E.EndPod | E.CompleteStopPod | E.FailStopPod | E.FailCalls
        | E.CompleteShutdown | E.ReleaseResources;

    // Whether a quit or kill was on its way differs by order, and that is all right: nobody outside sees it.
    private const VmFlags Seen = ~(VmFlags.QuitSent | VmFlags.KillSent);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_end_of_a_process_is_the_same_in_every_order_of_its_signs(int status)
    {
        VmInput[] signs = [new(K.ProcessExited, status), new(K.QmpDisconnected), new(K.GuestDisconnected), new(K.QmpShutdownSeen)];
        for (var subset = 1; subset < 1 << signs.Length; subset++)
        {
            var chosen = signs.Where((_, i) => (subset >> i & 1) != 0).ToArray();
            if (chosen.Contains(signs[0]))
            {
                AssertOrderDoesNotMatter(chosen, s => s.Phase is > VmPhase.Preparing and < VmPhase.Gone && !VmInvariants.Ended(s.Process));
            }
        }
    }

    // FINISHPOD may overtake the ACK of STARTPOD.
    [Fact]
    public void A_pod_that_ends_at_once_is_the_same_before_and_after_the_ack_of_its_start() =>
        AssertOrderDoesNotMatter(
            [new(K.PodStartAcked), new(K.PodFinished)],
            s => s.Phase == VmPhase.Starting && s.Has(VmFlags.StartSent));

    private void AssertOrderDoesNotMatter(VmInput[] inputs, Func<VmCore, bool> where)
    {
        var differences = new List<string>();
        var states = StateSearch.Run(VmReducer.Reduce, devices: 2).States.Where(where).ToList();
        var orders = Orders(inputs).ToList();
        foreach (var state in states)
        {
            var expected = Outcome(state, orders[0]);
            differences.AddRange(
                from order in orders.Skip(1)
                let actual = Outcome(state, order)
                where actual != expected
                select $"{Names(orders[0])} = {expected}\n{Names(order)} = {actual}\n   from {state.Words()}");
        }

        output.WriteLine($"{Names(inputs)}: {states.Count} states, {orders.Count} orders, {differences.Count} differences");
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(6)));
    }

    private static (VmPhase, VmReason, VmFlags, ProcessStatus, E) Outcome(VmCore state, IReadOnlyList<VmInput> inputs)
    {
        var told = E.None;
        foreach (var input in inputs)
        {
            var t = VmReducer.Reduce(state, input);
            (state, told) = (t.Next, told | t.Effects & Told);
        }

        return (state.Phase, state.Reason, state.Flags & Seen, state.Process, told);
    }

    private static IEnumerable<IReadOnlyList<VmInput>> Orders(VmInput[] inputs) => inputs.Length == 1
        ? [inputs]
        : inputs.SelectMany(first => Orders([.. inputs.Where(i => i != first)]).Select(rest => (IReadOnlyList<VmInput>)[first, .. rest]));

    private static string Names(IEnumerable<VmInput> inputs) => string.Join(", ", inputs.Select(Inputs.Name));
}
