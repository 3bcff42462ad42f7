using System.Globalization;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>A life as the bare list of what the reducer was told: played, shrunk and written without a world around it.</summary>
internal static class EventList
{
    /// <summary>What <paramref name="events"/> break, told to a fresh machine.</summary>
    /// <param name="stage">The reducer, and whether laws are judged.</param>
    /// <param name="keep">The machine's keep mode.</param>
    /// <param name="events">What happens to it.</param>
    public static (Breach Breach, VmRule Rule) Play(Stage stage, KeepMode keep, IEnumerable<VmInput> events)
    {
        var core = new VmCore { Keep = keep };
        var ledger = new Ledger();
        foreach (var input in events)
        {
            var t = stage.Reduce(core, input);
            stage.Trace?.Add(new TracedStep(0, input, t));
            var rule = stage.JudgesLaws ? VmInvariants.CheckAll(core, input, t) : VmRule.None;
            var booked = rule != VmRule.None ? Breach.Law : ledger.Book(input.Kind, t);
            if (booked == Breach.None && t.Next.Phase == VmPhase.Gone && core.Phase != VmPhase.Gone)
            {
                booked = !ledger.IsSettled ? Breach.Unanswered : !ledger.PodsEnded ? Breach.PodEndMissing : Breach.None;
            }

            if (booked != Breach.None)
            {
                return (booked, rule);
            }

            core = t.Next;
        }

        return (Breach.None, VmRule.None);
    }

    /// <summary>
    /// A shorter list that breaks the same, none of whose events can be left out; <paramref name="events"/> themselves where the bare
    /// events do not break it, because time is part of it.
    /// </summary>
    public static List<VmInput> Shrink(Stage stage, KeepMode keep, IReadOnlyList<VmInput> events, (Breach Breach, VmRule Rule) broken)
    {
        bool Same(IReadOnlyList<VmInput> list) => Play(stage, keep, list) == broken;
        if (!Same(events))
        {
            return [.. events];
        }

        // A machine without a pod, and a pod with fewer devices, need fewer events, but only together with those that are cut for it.
        IEnumerable<List<VmInput>> simpler =
        [
            [.. events.Select(e => e.Kind == K.RunPodRequested ? new VmInput(K.BootRequested) : e)],
            .. Enumerable.Range(0, 2).Select(devices => events.Select(e => Fewer(e, devices)).ToList()),
            [.. events],
        ];
        return simpler.Where(Same).Select(list => Lifecycle.Search.Shrink.List(list, Same)).MinBy(list => list.Count)!;
    }

    /// <summary>
    /// The shortest list there is that breaks <paramref name="rule"/>, of a machine of either keep mode. Cutting only takes events away; a
    /// shorter way may need others. Null when a breadth-first search finds another law broken first, or none.
    /// </summary>
    public static (KeepMode Keep, IReadOnlyList<VmInput> Events)? Shortest(Stage stage, VmRule rule)
    {
        var way = StateSearch.Run(stage.Reduce, devices: 2).Broken?.Way;
        return way is null ? null : Enum.GetValues<KeepMode>().Where(keep => Play(stage, keep, way) == (Breach.Law, rule))
            .Select(keep => ((KeepMode, IReadOnlyList<VmInput>)?)(keep, way)).FirstOrDefault();
    }

    private static VmInput Fewer(VmInput e, int devices) => e.Kind switch
    {
        K.RunPodRequested => e with { Operand = Math.Min(e.Operand, devices) },
        K.DeviceAdded or K.DeviceRemoved or K.DeviceAddFailed or K.DeviceRemoveFailed =>
            e with { Operand = Math.Min(e.Operand, Math.Max(devices - 1, 0)) },
        _ => e,
    };

    /// <summary>The list in words.</summary>
    public static string Write(IEnumerable<VmInput> events) => string.Join(", ", events.Select(Inputs.Name));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static List<VmInput> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)];

    private static VmInput ParseOne(string word)
    {
        if (word.EndsWith(" elapsed", StringComparison.Ordinal) && Enum.TryParse<DeadlineKind>(word.Split(' ')[0], out var deadline))
        {
            return Inputs.Elapsed(deadline);
        }

        var parts = word.Split('(', '#');
        var operand = 0;
        var read = parts.Length == 1
            || int.TryParse(parts[1].TrimEnd(')'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out operand);
        return read && Enum.TryParse<K>(parts[0], out var kind) && Enum.IsDefined(kind)
            ? new VmInput(kind, operand)
            : throw new FormatException($"'{word}' is not an event such as RunPodRequested(2) or Boot elapsed");
    }
}
