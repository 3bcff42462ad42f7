using System.Text;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>The phases and what leads from one to the next, drawn from the search over every reachable state.</summary>
internal static class LifecycleMap
{
    /// <summary>The generated section of docs/lifecycle.md: graph, causes and the longest silent life from each phase.</summary>
    public static string Markdown()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 2);
        var edges = Edges(search);
        var text = new StringBuilder("```mermaid\nstateDiagram-v2\n    [*] --> Preparing\n");
        foreach (var ((from, to), causes) in edges)
        {
            text.Append($"    {from} --> {to}: {string.Join(", ", causes.Select(Short).Distinct())}\n");
        }

        text.Append("    Gone --> [*]\n```\n\n| from | to | by |\n|---|---|---|\n");
        foreach (var ((from, to), causes) in edges)
        {
            text.Append($"| {from} | {to} | {string.Join(", ", causes)} |\n");
        }

        text.Append("\n| phase | waits for | gone at the latest, with nobody answering |\n|---|---|---|\n");
        var silence = new Silence(search, VmReducer.Reduce, new VmTimeouts());
        foreach (var phase in search.States.GroupBy(s => s.Phase).OrderBy(g => g.Key))
        {
            var waits = Enum.GetValues<DeadlineKind>().Where(kind => phase.Any(s => s.Armed.Has(kind))).ToList();
            text.Append($"| {phase.Key} | {string.Join(", ", waits)} | {Longest(phase, silence)} |\n");
        }

        return text.ToString();
    }

    private static string Longest(IGrouping<VmPhase, VmCore> phase, Silence silence) => phase.Key switch
    {
        VmPhase.Preparing => "never: nothing was started",
        VmPhase.Gone => "is gone",
        _ => $"{phase.Max(silence.Longest).TotalSeconds} s",
    };

    private static SortedDictionary<(VmPhase From, VmPhase To), IReadOnlyList<string>> Edges(StateSearch search)
    {
        var found = new SortedDictionary<(VmPhase, VmPhase), SortedSet<(K Kind, int Operand)>>();
        foreach (var state in search.States)
        {
            foreach (var input in search.AllInputs)
            {
                var next = VmReducer.Reduce(state, input).Next.Phase;
                if (next != state.Phase)
                {
                    found.TryAdd((state.Phase, next), []);
                    found[(state.Phase, next)].Add((input.Kind, input.Kind == K.DeadlineElapsed ? input.Operand : 0));
                }
            }
        }

        return new(found.ToDictionary(e => e.Key, e => (IReadOnlyList<string>)[.. e.Value.Select(Cause)]));
    }

    private static string Cause((K Kind, int Operand) cause) => cause.Kind == K.DeadlineElapsed
        ? Inputs.Name(Inputs.Elapsed((DeadlineKind)cause.Operand))
        : cause.Kind.ToString();

    // The graph would be unreadable with every name on it; the table has them.
    private static string Short(string cause) => cause switch
    {
        nameof(K.QmpFailed) or nameof(K.QmpDisconnected) or nameof(K.GuestDisconnected) or nameof(K.QmpShutdownSeen) => "channel lost",
        nameof(K.InboxOverflowed) or nameof(K.FoldFaulted) => "fault",
        nameof(K.ProcessExited) => "exit",
        nameof(K.ResourcesReleased) or nameof(K.ResourcesLost) => "released or listed as lost",
        _ => cause,
    };
}
