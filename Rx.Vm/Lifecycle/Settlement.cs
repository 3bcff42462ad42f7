using System.Collections.Immutable;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

/// <summary>Turns the answering effects of a transition into answers to the requests that wait: every request gets exactly one.</summary>
internal static class Settlement
{
    private const VmEffects Answering = VmEffects.CompleteRunPod | VmEffects.FailRunPod | VmEffects.CompleteStopPod | VmEffects.FailStopPod
        | VmEffects.CompleteCall | VmEffects.FailCall | VmEffects.FailCalls | VmEffects.CompleteRequest | VmEffects.CompleteShutdown;

    private static readonly K[] Requests =
        [K.BootRequested, K.RunPodRequested, K.StopPodRequested, K.ShutdownRequested, K.KillRequested, K.CallRequested];

    /// <summary>The requests still waiting after the transition, and the answers it gives.</summary>
    public static (ImmutableDictionary<long, K> Pending, ImmutableArray<Answer> Answers) Of(
        ImmutableDictionary<long, K> pending, Transition t, VmEvent e, VmState state)
    {
        var request = Array.IndexOf(Requests, e.Kind) >= 0;
        if (!request && (t.Effects & Answering) == 0 && (state.Phase < VmPhase.Destroying || pending.IsEmpty))
        {
            return (pending, []);
        }

        if (t.Refused != Refusal.None)
        {
            return (pending, [new Answer(e.Token, AnswerKind.Refused, state.Phase, t.Refused)]);
        }

        if (request)
        {
            pending = pending.SetItem(e.Token, e.Kind);
        }

        var answers = ImmutableArray.CreateBuilder<Answer>();
        foreach (var (command, kind) in pending.OrderBy(p => p.Key))
        {
            if (Judge(command, kind, t, e, state) is { } answer)
            {
                answers.Add(answer);
                pending = pending.Remove(command);
            }
        }

        return (pending, answers.DrainToImmutable());
    }

    private static Answer? Judge(long command, K kind, Transition t, VmEvent e, VmState state)
    {
        var effects = t.Effects;
        var own = command == e.Token;
        if (own && effects.HasFlag(VmEffects.CompleteRequest))
        {
            return new Answer(command, AnswerKind.Completed, state.Phase);
        }

        var (done, failed) = kind switch
        {
            K.RunPodRequested => (effects.HasFlag(VmEffects.CompleteRunPod), effects.HasFlag(VmEffects.FailRunPod)),
            K.StopPodRequested => (effects.HasFlag(VmEffects.CompleteStopPod), effects.HasFlag(VmEffects.FailStopPod)),
            K.CallRequested => (
                own && effects.HasFlag(VmEffects.CompleteCall),
                own && effects.HasFlag(VmEffects.FailCall) || effects.HasFlag(VmEffects.FailCalls)),
            K.ShutdownRequested or K.KillRequested => (effects.HasFlag(VmEffects.CompleteShutdown), false),
            _ => (false, false),
        };
        if (done)
        {
            return new Answer(command, AnswerKind.Completed, state.Phase);
        }

        // A broken channel is usually explained by the exit that follows: those who wait hear of that, whichever is seen first.
        if (t.Next.Armed.Has(DeadlineKind.Loss))
        {
            return null;
        }

        // Nothing may stay unanswered behind a terminal state, nor what was held back behind the explanation.
        var held = state.Phase == VmPhase.Destroying && kind is not (K.ShutdownRequested or K.KillRequested);
        return failed || held || state.Phase == VmPhase.Gone
            ? new Answer(command, AnswerKind.Failed, state.Phase, Reason: state.Reason, Message: Words(kind, e, state))
            : null;
    }

    private static string Words(K kind, VmEvent e, VmState state) => (kind, e.Kind) switch
    {
        (K.CallRequested, K.CallRefused) => e.Text ?? "the guest refused",
        (K.RunPodRequested, K.StopPodRequested) => "the pod was stopped before it started",
        (_, _) => state.Message ?? "the machine has gone",
    };
}
