using E = Rx.Vm.Lifecycle.VmEffects;
using F = Rx.Vm.Lifecycle.VmFlags;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Lifecycle;

// Book-keeping of requests: what was owed before, plus what this event asks, minus what its effects answer, is what is owed after.
internal static partial class VmInvariants
{
    internal static bool IsRequest(K kind) => kind <= K.CallRequested;

    private static VmRule Answers(VmCore b, VmInput i, Transition t)
    {
        var request = IsRequest(i.Kind);
        if (t.Refused != Refusal.None)
        {
            return request && t == new Transition(b, Refused: t.Refused) ? VmRule.None : VmRule.RefusalChangesNothing;
        }

        var own = Has(t, E.CompleteRequest);
        if (own && (!request || i.Kind is K.RunPodRequested or K.CallRequested))
        {
            return VmRule.SatisfiedAnswersTheRequest;
        }

        if (i.Kind == K.BootRequested && !own)
        {
            return VmRule.BootIsAnsweredOnce;
        }

        if (!RunAnswered(b, i.Kind, t))
        {
            return VmRule.RunIsAnsweredOnce;
        }

        if (!Settled(
            b.Has(F.StopPending) || i.Kind == K.StopPodRequested && !own,
            Has(t, E.CompleteStopPod),
            Has(t, E.FailStopPod),
            t.Next.Has(F.StopPending)))
        {
            return VmRule.StopIsAnsweredOnce;
        }

        var ending = b.Has(F.ShutdownPending) || i.Kind is K.ShutdownRequested or K.KillRequested && !own;
        var gone = Has(t, E.CompleteShutdown);
        if (!Settled(ending, gone, failed: false, t.Next.Has(F.ShutdownPending)) || gone && t.Next.Phase != VmPhase.Gone)
        {
            return VmRule.ShutdownIsAnsweredOnce;
        }

        if (!CallsAnswered(b, i.Kind, t))
        {
            return VmRule.CallIsAnsweredOnce;
        }

        var podOwed = b.Has(F.PodLive) || Has(t, E.CompleteRunPod);
        return Settled(podOwed, Has(t, E.EndPod), failed: false, t.Next.Has(F.PodLive)) ? VmRule.None : VmRule.PodEndsOnce;
    }

    // At most one answer, only where one is owed, and nothing is owed afterwards but what was not answered.
    private static bool Settled(bool owed, bool done, bool failed, bool owedAfter) =>
        !(done && failed) && (owed || !(done || failed)) && owedAfter == (owed && !(done || failed));

    private static bool RunAnswered(VmCore b, K kind, Transition t) =>
        !(kind == K.RunPodRequested && b.Has(F.RunPending))
        && Settled(
            b.Has(F.RunPending) || kind == K.RunPodRequested,
            Has(t, E.CompleteRunPod),
            Has(t, E.FailRunPod),
            t.Next.Has(F.RunPending));

    private static bool CallsAnswered(VmCore b, K kind, Transition t)
    {
        var one = Has(t, E.CompleteCall) || Has(t, E.FailCall);
        if (Has(t, E.CompleteCall) && kind != K.CallAcked || Has(t, E.FailCall) && kind != K.CallRefused
            || Has(t, E.SendCall) != (kind == K.CallRequested))
        {
            return false;
        }

        var owed = b.Calls + (kind == K.CallRequested ? 1 : 0) - (one ? 1 : 0);
        if (Has(t, E.FailCalls))
        {
            return owed > 0 && t.Next.Calls == 0;
        }

        return owed >= 0 && t.Next.Calls == owed;
    }

    private static bool Has(Transition t, E effect) => (t.Effects & effect) != 0;
}
