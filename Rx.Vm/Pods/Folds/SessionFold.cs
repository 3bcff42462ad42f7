using Rx.Vm.Fold;

namespace Rx.Vm.Pods.Folds;

/// <summary>
/// A further process in a container.
/// <code>
/// Requested ─ started ─► Running ─ ended ─► Exited          any ─ container down ─► Lost
///     └ request gave up ─► Killing ─ ended, late ─► Exited
/// </code>
/// </summary>
internal static class SessionFold
{
    /// <summary>What <paramref name="i"/> makes of <paramref name="s"/>. Never throws; what is late or means nothing changes nothing.</summary>
    public static Transition<SessionCore> Reduce(SessionCore s, Input i) => (s.Phase, i) switch
    {
        (SessionPhase.Requested, { Ended: OpKind.StartSession }) => new(
            i.Ok ? s with { Phase = SessionPhase.Running, Came = true } : s with { Phase = SessionPhase.Exited }),
        (SessionPhase.Requested, { Family: InputFamily.Abandoned }) => new(s with { Phase = SessionPhase.Killing }),

        // An end may overtake the answer to the start.
        (SessionPhase.Requested, { Fact: FactKind.SessionExited }) => new(s with { Phase = SessionPhase.Exited, Came = true }),
        (SessionPhase.Running or SessionPhase.Killing, { Fact: FactKind.SessionExited }) => new(s with { Phase = SessionPhase.Exited }),
        (SessionPhase.Killing, { Ended: OpKind.KillSession or OpKind.SessionLimit }) => new(s with { Phase = SessionPhase.Exited }),
        (_, { Asked: RequestKind.Call }) => new(s, Refused: s.Phase == SessionPhase.Running ? Denial.None : Denial.NotRunning),
        _ => new(s),
    };

    /// <summary>What it makes of its container's being <paramref name="open"/> or not.</summary>
    public static SessionCore Hear(SessionCore s, bool open) => open || s.Over ? s : s with { Phase = SessionPhase.Lost };

    /// <summary>What is to be under way for it.</summary>
    public static OpSet Wanted(SessionCore s) => s.Phase switch
    {
        SessionPhase.Requested => OpKind.StartSession,
        SessionPhase.Killing => (OpSet)OpKind.KillSession | OpKind.SessionLimit,
        SessionPhase.Running or SessionPhase.Exited or SessionPhase.Lost => default,
    };
}
