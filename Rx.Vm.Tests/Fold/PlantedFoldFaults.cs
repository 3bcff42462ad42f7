using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Fold;

/// <summary>A change of the folds' source, and the law that must notice.</summary>
/// <param name="Name">What the changed fold gets wrong.</param>
/// <param name="Caught">The law it breaks.</param>
/// <param name="File">The file, in Rx.Vm.</param>
/// <param name="Sound">The text that is there once.</param>
/// <param name="Faulty">What is put in its place.</param>
/// <param name="World">The property of <see cref="Worlds"/> that is searched.</param>
internal sealed record PlantedFoldFault(string Name, Law Caught, string File, string Sound, string Faulty, string World = nameof(Worlds.One));

/// <summary>One-line faults, at least one per law of the composition: slips that a change could make.</summary>
internal static class PlantedFoldFaults
{
    public static PlantedFoldFault[] All { get; } =
    [
        new("a release that takes too long is waited for", Law.SilenceEnds, "Machines/MachineFold.Ending.cs",
            "{ Ended: OpKind.ReleaseLimit } => new(s with { HostReleased = true, SomethingLost = true }),", ""),
        new("a kill that takes too long is waited for", Law.SilenceEnds, "Machines/MachineFold.Ending.cs",
            "{ Ended: OpKind.KillLimit } => GiveUp(s),", ""),
        new("containers that are killed in vain are waited for", Law.SilenceEnds, "Pods/Folds/PodFold.cs",
            "new(StuckBy(s, PodFault.StopTimedOut)),\n        { Ended: OpKind.CleanLimit }", "new(s),\n        { Ended: OpKind.CleanLimit }"),
        new("an answer is lost when its time is over", Law.OneAnswer, "Fold/Draft.Requests.cs",
            "_answers = _answers.Add(ToAnswer(request, verdict));",
            "_answers = verdict == Verdict.TimedOut ? _answers : _answers.Add(ToAnswer(request, verdict));"),
        new("devices are let go in any order", Law.ReverseOrder, "Fold/Draft.Settling.cs",
            "word == DeviceWord.Drop && laterHolds[place] ? DeviceWord.Halt : word", "word", nameof(Worlds.Devices)),
        new("a pod's limits are forgotten", Law.OpsAreDerived, "Fold/Draft.cs",
            "Below(new(Level.Pod), PodFold.Wanted(before), PodFold.Wanted(t.Next), t.Renew);", ""),
        new("a pod that fails at once is taken for one that was stopped", Law.NotKeptEndsWithPod, "Pods/Folds/PodFold.cs",
            ": s.Outcome == PodOutcome.Failed ? PodLevel.Failed\n", ": s.Outcome == PodOutcome.Failed ? PodLevel.Down\n"),
        new("the work of a session outlives it", Law.EndIsConsumed, "Fold/Draft.cs",
            "Below(new(Level.Session, node.Id), SessionFold.Wanted(node.Core), SessionFold.Wanted(t.Next), t.Renew);", ""),
        new("a machine's word falls", Law.WordsRise, "Machines/MachineFold.cs",
            "EndStage.AwaitExit or EndStage.Kill => MachineWord.Cut,",
            "EndStage.AwaitExit => MachineWord.Cut,\n            EndStage.Kill => MachineWord.Open,"),
        new("what was swept away counts as stopped", Law.TruthfulAnswer, "Pods/Folds/PodFold.cs",
            "Outcome = s.Outcome == PodOutcome.None ? PodOutcome.Lost : s.Outcome,\n        Stuck",
            "Outcome = s.Outcome == PodOutcome.None ? PodOutcome.Done : s.Outcome,\n        Stuck"),
        new("a limit is shared by two steps", Law.LimitIsOfOneStep, "Devices/DeviceFold.cs",
            "return new(next, Wanted(next) & OpKind.DeviceLimit);", "return new(next);"),
        new("leases are given back while the process lives", Law.LeasesOutliveProcess, "Machines/MachineFold.cs",
            "EndStage.AwaitExit or EndStage.Kill => MachineWord.Cut,", "EndStage.AwaitExit or EndStage.Kill => MachineWord.Lost,"),
        new("deadlines run on while the machine stands still", Law.PauseMasks, "Fold/Draft.cs",
            "            Remask(MachineFold.Masks(t.Next));", "            _touched = true;"),
        new("a machine goes before its leases are returned", Law.GoneIsEmpty, "Machines/MachineFold.cs",
            "MachinePhase.Releasing when s.HostReleased && pod.Level == PodLevel.Empty", "MachinePhase.Releasing when s.HostReleased"),
        new("the quiet of a guest is not counted", Law.SilenceEnds, "Machines/MachineFold.cs",
            "s.Silent ? OpKind.SilenceLimit : default(OpSet);", "default(OpSet);"),
        new("ids of operations are used again", Law.IdsRise, "Fold/Draft.cs",
            "_ops.Add(new Op(_nextOp++, come.First, target));", "_ops.Add(new Op(_nextOp, come.First, target));"),
        new("one pass is taken for rest", Law.LevelsAreIdempotent, "Fold/Draft.Settling.cs",
            "for (var rounds = 0; Pass(); rounds++)", "for (var rounds = 0; Pass() && rounds < 0; rounds++)"),
        new("a container is taken out before its devices", Law.Total, "Fold/Draft.Settling.cs",
            "_containers[i].Core.Phase == ContainerPhase.Removed", "_containers[i].Core.Phase >= ContainerPhase.Exited"),
        new("a refused pod boots its machine", Law.RefusalChangesNothing, "Fold/Draft.Requests.cs",
            "return machine.Refused != Denial.None ? machine.Refused : Admit(e, target, machine);",
            "Set(MachineFold.Reduce(Machine, Input.Of(RequestKind.Boot)));\n"
                + "        return machine.Refused != Denial.None ? machine.Refused : Admit(e, target, machine);"),
        new("a dead machine remembers a new cause", Law.FinalStays, "Machines/MachineFold.Ending.cs",
            "{ Family: InputFamily.Request } => Refuse(s, Denial.Gone),",
            "{ Fault: FaultKind.FoldFaulted } => new(s with { Queued = true }),\n        { Family: InputFamily.Request } => Refuse(s, Denial.Gone),"),
    ];
}
