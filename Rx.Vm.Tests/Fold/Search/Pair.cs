using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>
/// Machine and pod together, as the composition couples them, under every tally that any number of containers and devices can tell. What is no
/// decision's business (reasons, faults, losses) is left out of what tells states apart.
/// </summary>
internal sealed class Pair
{
    private static readonly RequestKind[] ToPod = [RequestKind.RunPod, RequestKind.StopPod];
    private readonly HashSet<(ulong Machine, ulong Pod)> _seen = [];
    private readonly Stack<(MachineCore Machine, PodCore Pod)> _open = [];
    private readonly (Tally Containers, Tally Devices)[] _tallies;

    private Pair(Tally[] containers, Tally[] devices) =>
        _tallies = [.. from c in Reduced(containers, Tally.Held | Tally.Moving | Tally.Live | Tally.Waiting | Tally.NoStart | Tally.StopLate | Tally.StuckOut)
                       from d in Reduced(devices, Tally.Held | Tally.Moving | Tally.NoDevice | Tally.StuckOut)
                       select (c, d)];

    public int States => _seen.Count;

    public long Transitions { get; private set; }

    public int MostRounds { get; private set; }

    public HashSet<VmPhase> Phases { get; } = [];

    public Breach? Broken { get; private set; }

    public static Pair Search(Tally[] containers, Tally[] devices)
    {
        var search = new Pair(containers, devices);
        search.Reach(default, default);
        search.Reach(new MachineCore { Keep = true }, default);
        while (search.Broken is null && search._open.TryPop(out var at))
        {
            search.Expand(at.Machine, at.Pod);
        }

        return search;
    }

    // Flags that lead to the same decisions are tried once.
    private static IEnumerable<Tally> Reduced(Tally[] all, Tally kept) => all.Select(tally => tally & kept).Distinct();

    private void Expand(MachineCore machine, PodCore pod)
    {
        foreach (var input in Subjects.AllInputs)
        {
            var m = MachineFold.Reduce(machine, input);
            var p = PodFold.Reduce(pod, input);
            if (input.Asked != RequestKind.None)
            {
                var refused = m.Refused != Denial.None || p.Refused != Denial.None;
                Settle(refused ? machine : m.Next, refused || !ToPod.Contains(input.Asked) ? pod : p.Next, default, input);
            }
            else
            {
                var own = MachineFold.Wanted(machine).Has(input.Ended) || input.Ended == OpKind.None;
                Settle(own ? m.Next : machine, PodFold.Wanted(pod).Has(input.Ended) || input.Fact == FactKind.GuestReady ? p.Next : pod, default, input);
            }
        }

        foreach (var tally in _tallies)
        {
            Settle(machine, pod, tally, tally);
        }
    }

    private void Settle(MachineCore machine, PodCore pod, (Tally Containers, Tally Devices)? told, object by)
    {
        Transitions++;
        var word = MachineFold.Word(machine);
        for (var rounds = 0; ; rounds++)
        {
            var before = (machine, pod);
            if (told is { } tally)
            {
                pod = PodFold.Hear(pod, MachineFold.Word(machine), tally.Containers, tally.Devices);
            }

            machine = MachineFold.Hear(machine, PodFold.Tells(pod));
            MostRounds = Math.Max(MostRounds, rounds);
            if (before == (machine, pod))
            {
                break;
            }

            if (rounds > Draft.MaxRounds)
            {
                Broken ??= new(Law.Total, $"{machine} {pod} + {by}");
                return;
            }
        }

        if (MachineFold.Word(machine) < word)
        {
            Broken ??= new(Law.WordsRise, $"{machine} {pod} + {by}");
        }

        Reach(machine, pod);
    }

    private void Reach(MachineCore machine, PodCore pod)
    {
        Phases.Add(Faces.Of(machine, pod));
        var key = (machine with { Reason = VmReason.None, SomethingLost = false, Killed = false }, pod with { Fault = PodFault.None, Leaked = false });
        if (_seen.Add((key.Item1.Bits, key.Item2.Bits)))
        {
            _open.Push(key);
        }
    }
}
