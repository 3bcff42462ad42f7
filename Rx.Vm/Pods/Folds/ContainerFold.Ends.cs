using Rx.Vm.Fold;

namespace Rx.Vm.Pods.Folds;

// What becomes of a container that has ended, and what may be asked of it.
internal static partial class ContainerFold
{
    private static Transition<ContainerCore> Ask(ContainerCore s, RequestKind asked) => asked switch
    {
        RequestKind.RemoveContainer => Remove(s),
        RequestKind.RestartContainer => Restart(s),
        RequestKind.Exec or RequestKind.Call => new(s, Refused: OpenForSessions(s) ? Denial.None : Denial.NotRunning),
        _ => new(s),
    };

    private static Transition<ContainerCore> Remove(ContainerCore s)
    {
        var doomed = s with { Doomed = true, Again = false };
        return s.Phase switch
        {
            ContainerPhase.Planned or ContainerPhase.Attaching or ContainerPhase.Attached or ContainerPhase.BackingOff =>
                new(doomed with { Phase = ContainerPhase.Exited }),
            ContainerPhase.Starting or ContainerPhase.Running => new(doomed with { Phase = ContainerPhase.Stopping }),
            ContainerPhase.Stopping or ContainerPhase.Killing or ContainerPhase.Stuck or ContainerPhase.Exited or ContainerPhase.Removing => new(doomed),
            ContainerPhase.Cut or ContainerPhase.Lost or ContainerPhase.Removed => new(s, Refused: Denial.Stopping),
        };
    }

    private static Transition<ContainerCore> Restart(ContainerCore s)
    {
        if (s.Doomed || !s.Ready)
        {
            return new(s, Refused: s.Doomed ? Denial.Stopping : Denial.Busy);
        }

        var again = s with { Again = true, Came = false };
        return s.Phase switch
        {
            ContainerPhase.Running => new(again with { Phase = ContainerPhase.Stopping }),
            ContainerPhase.BackingOff or ContainerPhase.Exited => new(again with { Phase = ContainerPhase.Starting }),
            ContainerPhase.Stopping or ContainerPhase.Killing => new(again),
            ContainerPhase.Planned or ContainerPhase.Attaching or ContainerPhase.Attached or ContainerPhase.Starting or ContainerPhase.Stuck =>
                new(s, Refused: Denial.Busy),
            ContainerPhase.Removing or ContainerPhase.Cut or ContainerPhase.Lost or ContainerPhase.Removed => new(s, Refused: Denial.Stopping),
        };
    }

    private static ContainerCore Up(ContainerCore s) => s with { Once = true, Came = true, Again = false };

    // By itself.
    private static ContainerCore Ended(ContainerCore s, bool ok) =>
        s.Policy == RestartPolicy.Always || s.Policy == RestartPolicy.OnFailure && !ok
            ? s with { Phase = ContainerPhase.BackingOff, Attempt = Math.Min(s.Attempt + 1, ContainerCore.MaxAttempt) }
            : s with { Phase = ContainerPhase.Exited };

    // As asked.
    private static ContainerCore Down(ContainerCore s) => s with { Phase = s.Again ? ContainerPhase.Starting : ContainerPhase.Exited };

    // One that has run before is only another failed attempt.
    private static ContainerCore StartFailed(ContainerCore s) => s.Once
        ? Ended(s with { Again = false }, ok: false)
        : Failed(s, ContainerFault.Start);

    // Added to a running pod, it leaves again; else the pod fails with it and sees to it.
    private static ContainerCore Failed(ContainerCore s, ContainerFault why) =>
        Because(s, why) with { Phase = ContainerPhase.Exited, Again = false, Doomed = s.Doomed || s.Late };

    private static ContainerCore StuckBy(ContainerCore s, ContainerFault why) => s with
    {
        Phase = ContainerPhase.Stuck,
        Again = false,
        Fault = s.Fault is ContainerFault.None ? why : s.Fault,
    };

    private static ContainerCore Because(ContainerCore s, ContainerFault why) => s.Fault == ContainerFault.None ? s with { Fault = why } : s;
}
