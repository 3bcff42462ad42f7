using Rx.Vm.Lifecycle;
using E = Rx.Vm.Lifecycle.VmEffects;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>Plays the same inputs in every order and compares what becomes of the machine and what everybody is told.</summary>
internal static class Orders
{
    private const E Told = E.CompleteRunPod | E.FailRunPod | E.EndPod | E.CompleteStopPod | E.FailStopPod | E.FailCalls
        | E.CompleteShutdown | E.ReleaseResources;

    // Whether a quit or kill was on its way differs by order, and that is all right: nobody outside sees it.
    private const VmFlags Seen = ~(VmFlags.QuitSent | VmFlags.KillSent);

    /// <summary>
    /// The pairs of orders of <paramref name="inputs"/>, all distinct, that end differently, from each reachable state that
    /// <paramref name="where"/> takes.
    /// </summary>
    public static IReadOnlyList<string> Differences(Reducer reduce, VmInput[] inputs, Func<VmCore, bool> where)
    {
        var orders = All(inputs).ToList();
        return
        [
            .. from state in StateSearch.Run(VmReducer.Reduce, devices: 2).States.Where(@where)
            let expected = Outcome(reduce, state, orders[0])
            from order in orders.Skip(1)
            let actual = Outcome(reduce, state, order)
            where actual != expected
            select $"{Names(orders[0])} = {expected}\n{Names(order)} = {actual}\n   from {state.Words()}",
        ];
    }

    /// <summary>Inputs in words.</summary>
    public static string Names(IEnumerable<VmInput> inputs) => string.Join(", ", inputs.Select(Inputs.Name));

    private static (VmPhase, VmReason, VmFlags, ProcessStatus, E) Outcome(Reducer reduce, VmCore state, IReadOnlyList<VmInput> inputs)
    {
        var told = E.None;
        foreach (var input in inputs)
        {
            var t = reduce(state, input);
            (state, told) = (t.Next, told | t.Effects & Told);
        }

        return (state.Phase, state.Reason, state.Flags & Seen, state.Process, told);
    }

    private static IEnumerable<IReadOnlyList<VmInput>> All(VmInput[] inputs) => inputs.Length == 1
        ? [inputs]
        : inputs.SelectMany(first => All([.. inputs.Where(i => i != first)]).Select(rest => (IReadOnlyList<VmInput>)[first, .. rest]));
}
