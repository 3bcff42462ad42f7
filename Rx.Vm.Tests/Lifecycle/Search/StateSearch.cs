using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>
/// Breadth-first search over every state a reducer can reach: each state once, each state against each input. Stops at the first broken law;
/// being breadth-first, the way to it is a shortest one.
/// </summary>
internal sealed class StateSearch
{
    private readonly PackedSet _states = new();
    private readonly List<(int From, int Input)> _steps = [];
    private readonly Reducer _reduce;

    private StateSearch(Reducer reduce, VmInput[] inputs) => (_reduce, AllInputs) = (reduce, inputs);

    /// <summary>Every input that was tried in every state.</summary>
    public VmInput[] AllInputs { get; }

    /// <summary>How many states were reached.</summary>
    public int Count => _states.Count;

    /// <summary>How many transitions were checked.</summary>
    public long Transitions { get; private set; }

    /// <summary>The law that was broken, and the way there; null when none was.</summary>
    public Violation? Broken { get; private set; }

    /// <summary>State number <paramref name="index"/>, in the order of discovery.</summary>
    public VmCore this[int index] => VmCore.Unpack(_states[index]);

    /// <summary>Every reached state.</summary>
    public IEnumerable<VmCore> States => Enumerable.Range(0, Count).Select(i => this[i]);

    /// <summary>
    /// Searches from a machine of either keep mode whose pods have <paramref name="devices"/> devices at most. A state space of more than
    /// <paramref name="limit"/> states counts as not closed and throws.
    /// </summary>
    public static StateSearch Run(Reducer reduce, int devices, int limit = 20_000_000)
    {
        var search = new StateSearch(reduce, Inputs.All(devices));
        foreach (var keep in Enum.GetValues<KeepMode>())
        {
            search.Visit(new VmCore { Keep = keep }, (-1, -1));
        }

        for (var at = 0; at < search.Count && search.Broken is null; at++)
        {
            search.Expand(at);
            if (search.Count > limit)
            {
                throw new InvalidOperationException($"more than {limit} states: the state space is not bounded as it should be");
            }
        }

        return search;
    }

    /// <summary>The number of <paramref name="state"/>, or -1 when it was not reached.</summary>
    public int IndexOf(VmCore state) => _states.IndexOf(state.Pack());

    /// <summary>The inputs that lead to state number <paramref name="index"/>.</summary>
    public IReadOnlyList<VmInput> WayTo(int index)
    {
        var way = new Stack<VmInput>();
        for (var step = _steps[index]; step.From >= 0; step = _steps[step.From])
        {
            way.Push(AllInputs[step.Input]);
        }

        return [.. way];
    }

    private void Expand(int at)
    {
        var state = this[at];
        for (var input = 0; input < AllInputs.Length && Broken is null; input++)
        {
            var t = _reduce(state, AllInputs[input]);
            Transitions++;
            var rule = VmInvariants.CheckTransition(state, AllInputs[input], t);
            if (rule != VmRule.None)
            {
                Broken = new Violation(rule, [.. WayTo(at), AllInputs[input]], t);
            }
            else if (t.Next != state)
            {
                Visit(t.Next, (at, input));
            }
        }
    }

    private void Visit(VmCore state, (int From, int Input) step)
    {
        if (!_states.Add(state.Pack()))
        {
            return;
        }

        _steps.Add(step);
        var rule = VmInvariants.Check(state);
        if (rule != VmRule.None)
        {
            Broken = new Violation(rule, WayTo(Count - 1), new Transition(state));
        }
    }
}

/// <summary>A broken law: which, after which inputs, and what the last of them made.</summary>
internal sealed record Violation(VmRule Rule, IReadOnlyList<VmInput> Way, Transition Result)
{
    public override string ToString() => $"{Rule} after {string.Join(", ", Way.Select(Inputs.Name))}: {Result.Words()}";
}
