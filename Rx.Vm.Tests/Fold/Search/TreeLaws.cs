using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>
/// The laws of the composition, asked of every state and every step. They look at cores and lists, never at what the code latches for itself.
/// </summary>
internal static partial class TreeLaws
{
    /// <summary>The law that <paramref name="s"/> breaks.</summary>
    public static Law Of(State s)
    {
        if (s.Machine.Bits >> MachineCore.Width != 0 || s.Pod.Bits >> PodCore.Width != 0)
        {
            return Law.Width;
        }

        if (s.Machine.Phase == MachinePhase.Gone && s.Containers.Length + s.Devices.Length + s.Sessions.Length + s.Requests.Length + s.Ops.Length > 0)
        {
            return Law.GoneIsEmpty;
        }

        if (s.Machine is { Phase: MachinePhase.Ready, Keep: false } && s.Pod is { Asked: false, Outcome: not PodOutcome.None } && s.Pod.Phase != PodPhase.None)
        {
            return Law.NotKeptEndsWithPod;
        }

        if (!AreDerived(s))
        {
            return Law.OpsAreDerived;
        }

        return IsQuiet(s) ? Law.None : Law.LevelsAreIdempotent;
    }

    /// <summary>The law that <paramref name="step"/> breaks.</summary>
    public static Law Of(in Step step)
    {
        var (before, after) = (step.Before, step.State);
        if (step.Answers is [{ Verdict: Verdict.Refused }, ..])
        {
            return step.Changed || step.Answers.Length > 1 ? Law.RefusalChangesNothing : Law.None;
        }

        if (!AreAnsweredOnce(step))
        {
            return Law.OneAnswer;
        }

        if (!step.Changed)
        {
            return step.Answers.IsEmpty ? Ended(step) : Law.OneAnswer;
        }

        if (!IdsRise(before, after))
        {
            return Law.IdsRise;
        }

        return Ended(step) is var ended && ended != Law.None ? ended
            : !IsMasked(after) ? Law.PauseMasks
            : !HasOwnLimits(before, after) ? Law.LimitIsOfOneStep
            : !IsInReverse(before, after) ? Law.ReverseOrder
            : !KeepsLeases(before, after) ? Law.LeasesOutliveProcess
            : !AreTrue(step) ? Law.TruthfulAnswer
            : before.Machine.Phase == MachinePhase.Gone && (after.Machine, after.Pod) != (before.Machine, before.Pod) ? Law.FinalStays
            : MachineFold.Word(after.Machine) < MachineFold.Word(before.Machine) ? Law.WordsRise
            : Law.None;
    }

    private static Law Ended(in Step step) =>
        step.Event.Input.Ended != OpKind.None && step.State.FindOp(step.Event.Op) >= 0 ? Law.EndIsConsumed : Law.None;

    private static bool AreAnsweredOnce(in Step step)
    {
        var asked = step.Event.Input.Asked != RequestKind.None ? 1 : 0;
        if (step.Before.Requests.Length + asked != step.State.Requests.Length + step.Answers.Length)
        {
            return false;
        }

        foreach (var answer in step.Answers)
        {
            foreach (var request in step.State.Requests)
            {
                if (request.Token == answer.Token)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IdsRise(State before, State after)
    {
        var last = 0L;
        foreach (var op in after.Ops)
        {
            if (op.Id <= last || op.Id >= after.NextOp || op.Id < before.NextOp && before.FindOp(op.Id) < 0)
            {
                return false;
            }

            last = op.Id;
        }

        return after.NextOp >= before.NextOp && after.NextNode >= before.NextNode;
    }

    private static bool AreDerived(State s)
    {
        var mask = s.Machine.Phase == MachinePhase.Paused || s.Machine is { Phase: MachinePhase.Ending, How: EndStage.Thaw } ? OpSet.Deadlines : default;
        var count = 0;
        var all = Has(s, new(Level.Machine), MachineFold.Wanted(s.Machine), ref count)
            & Has(s, new(Level.Pod), PodFold.Wanted(s.Pod) - mask, ref count);
        foreach (var container in s.Containers)
        {
            all &= Has(s, new(Level.Container, container.Id), ContainerFold.Wanted(container.Core) - mask, ref count);
        }

        foreach (var device in s.Devices)
        {
            all &= Has(s, new(Level.Device, device.Id), DeviceFold.Wanted(device.Core) - mask, ref count);
        }

        foreach (var session in s.Sessions)
        {
            all &= Has(s, new(Level.Session, session.Id), SessionFold.Wanted(session.Core) - mask, ref count);
        }

        foreach (var request in s.Requests)
        {
            all &= Has(s, new(Level.Request, request.Token), RequestFold.Wanted(request.Core), ref count);
        }

        return all && count == s.Ops.Length;
    }

    private static bool Has(State s, Address target, OpSet wanted, ref int count)
    {
        count += wanted.Count;
        foreach (var op in s.Ops)
        {
            wanted -= op.Target == target ? op.Kind : default(OpSet);
        }

        return wanted.IsEmpty;
    }

    private static bool IsQuiet(State s)
    {
        var again = new Draft(s, null);
        again.Settle();
        return !again.IsTouched;
    }

    private static bool IsMasked(State s)
    {
        foreach (var op in s.Ops)
        {
            if (s.Machine.Phase == MachinePhase.Paused && op.Target.Level is not (Level.Machine or Level.Request) && OpSet.Deadlines.Has(op.Kind))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasOwnLimits(State before, State after)
    {
        foreach (var op in after.Ops)
        {
            if (op.Kind == OpKind.DeviceLimit && op.Id < before.NextOp && Of(before, (int)op.Target.Id)?.Phase != Of(after, (int)op.Target.Id)?.Phase)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInReverse(State before, State after)
    {
        for (var i = 0; i < after.Devices.Length; i++)
        {
            var device = after.Devices[i];
            if (device.Core.Phase is DevicePhase.Unmounting or DevicePhase.Unplugging && Of(before, device.Id) is { } was && was.Phase != device.Core.Phase)
            {
                for (var later = i + 1; later < after.Devices.Length; later++)
                {
                    if (after.Devices[later].Owner == device.Owner && DeviceFold.Holds(after.Devices[later].Core))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    // What a process may still use is given back only after it was taken from it, or when there is no process.
    private static bool KeepsLeases(State before, State after)
    {
        foreach (var device in after.Devices)
        {
            if (device.Core.Phase == DevicePhase.Releasing && after.Machine.Process is ProcessState.Running or ProcessState.Launching
                && Of(before, device.Id) is { Phase: not (DevicePhase.Releasing or DevicePhase.Unplugging or DevicePhase.Reserving) })
            {
                return false;
            }
        }

        return true;
    }

    private static DeviceCore? Of(State s, int device)
    {
        foreach (var node in s.Devices)
        {
            if (node.Id == device)
            {
                return node.Core;
            }
        }

        return null;
    }
}
