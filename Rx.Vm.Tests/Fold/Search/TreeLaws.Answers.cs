using Rx.Vm.Fold;
using Rx.Vm.Machines;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Tests.Fold.Search;

// What is answered is so. Judged by phases of machine and containers, before and after, and by the event.
internal static partial class TreeLaws
{
    private static bool AreTrue(in Step step)
    {
        foreach (var answer in step.Answers)
        {
            if (answer.Verdict == Verdict.Done && !IsTrue(step, answer))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsTrue(in Step step, in TreeAnswer answer)
    {
        var (kind, s, input) = (Kind(step, answer.Token), step.State, step.Event.Input);
        return kind switch
        {
            RequestKind.Boot => true,
            RequestKind.RunPod => s.Containers.All(container => container.Core is { Once: true } or { Late: true }),
            RequestKind.StopPod => HasStopped(step),
            RequestKind.Shutdown or RequestKind.Kill =>
                s.Machine is { Phase: MachinePhase.Gone, Process: not (ProcessState.Running or ProcessState.Launching) },
            RequestKind.Pause => s.Machine is { Phase: MachinePhase.Paused, Freezing: not Freezing.Stopping },
            RequestKind.Resume => s.Machine.Phase == MachinePhase.Ready,
            RequestKind.AddContainer => Find(s, answer.Target) is { Phase: ContainerPhase.Running or ContainerPhase.BackingOff }
                || input.Fact == FactKind.ContainerExited && step.Event.Target == answer.Target,
            RequestKind.RemoveContainer => Find(s, answer.Target) is null,
            RequestKind.RestartContainer => input.Fact == FactKind.ContainerExited && step.Event.Target == answer.Target
                || input is { Ended: OpKind.StartContainer, Ok: true } && Find(s, answer.Target) is { Phase: ContainerPhase.Running },
            RequestKind.Exec => input is { Ended: OpKind.StartSession, Ok: true } || input.Fact == FactKind.SessionExited && step.Event.Target == answer.Target,
            RequestKind.Call => input is { Ended: OpKind.Call, Ok: true },
            RequestKind.None => false,
        };
    }

    // Nothing of it lives, and nothing of it was swept away: what ran before this step ended by this step's event.
    private static bool HasStopped(in Step step)
    {
        foreach (var container in step.Before.Containers)
        {
            // Of one that waits for its next start nothing runs.
            var swept = container.Core.Phase != ContainerPhase.BackingOff
                && Find(step.State, container.Id) is { Phase: ContainerPhase.Cut or ContainerPhase.Lost or ContainerPhase.Stuck };
            if (Lives(container.Core) && (swept && !EndsIt(step, container.Id) || Find(step.State, container.Id) is { } now && Lives(now)))
            {
                return false;
            }
        }

        return step.State.Machine.Phase >= MachinePhase.Ending || step.State.Pod.Phase < PodPhase.Running;
    }

    private static bool EndsIt(in Step step, int container) =>
        step.Event.Input.Fact == FactKind.ContainerExited && step.Event.Target == container
        || step.Event.Input is { Ended: OpKind.StopContainer or OpKind.KillContainer, Ok: true }
            && step.Before.Ops[step.Before.FindOp(step.Event.Op)].Target == new Address(Level.Container, container);

    private static bool Lives(ContainerCore container) => container.Phase is ContainerPhase.Starting or ContainerPhase.Running or ContainerPhase.Stopping
        or ContainerPhase.Killing or ContainerPhase.Stuck or ContainerPhase.BackingOff;

    private static ContainerCore? Find(State s, int id)
    {
        foreach (var container in s.Containers)
        {
            if (container.Id == id)
            {
                return container.Core;
            }
        }

        return null;
    }

    private static RequestKind Kind(in Step step, long token)
    {
        foreach (var request in step.Before.Requests)
        {
            if (request.Token == token)
            {
                return request.Core.Kind;
            }
        }

        return step.Event.Input.Asked;
    }
}
