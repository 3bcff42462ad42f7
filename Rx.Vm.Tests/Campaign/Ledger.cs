using Rx.Vm.Lifecycle;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// Keeps count of requests and their answers, of launches, releases and pods, by what callers and the host see of them: without a look
/// into the machine's state.
/// </summary>
internal struct Ledger
{
    private byte _runs;
    private byte _stops;
    private byte _ends;
    private byte _calls;
    private byte _pods;
    private byte _launches;
    private byte _releases;

    /// <summary>Whether no request is waiting for its answer.</summary>
    public readonly bool IsSettled => (_runs | _stops | _ends | _calls) == 0;

    /// <summary>Whether every pod that was told to run was told to have ended.</summary>
    public readonly bool PodsEnded => _pods == 0;

    /// <summary>Books one step; the first thing that does not add up.</summary>
    public Breach Book(K kind, Transition t)
    {
        if (kind <= K.CallRequested && t.Refused == Refusal.None && !t.Effects.HasFlag(E.CompleteRequest))
        {
            Open(kind);
        }

        if (t.Effects == E.None)
        {
            return Breach.None;
        }

        if (t.Effects.HasFlag(E.LaunchProcess) && ++_launches > 1)
        {
            return Breach.LaunchedTwice;
        }

        if (t.Effects.HasFlag(E.ReleaseResources) && ++_releases > 1)
        {
            return Breach.ClosedTwice;
        }

        return Answer(t.Effects) ? Pods(t.Effects) : Breach.AnsweredTwice;
    }

    private void Open(K kind)
    {
        switch (kind)
        {
            case K.RunPodRequested: _runs++; break;
            case K.StopPodRequested: _stops++; break;
            case K.ShutdownRequested or K.KillRequested: _ends++; break;
            case K.CallRequested: _calls++; break;
        }
    }

    private bool Answer(E effects)
    {
        var sound = true;
        if ((effects & (E.CompleteRunPod | E.FailRunPod)) != 0)
        {
            // One waits at most: a second one is refused.
            sound &= _runs == 1;
            _runs = 0;
        }

        if ((effects & (E.CompleteStopPod | E.FailStopPod)) != 0)
        {
            sound &= _stops > 0;
            _stops = 0;
        }

        if (effects.HasFlag(E.CompleteShutdown))
        {
            sound &= _ends > 0;
            _ends = 0;
        }

        if ((effects & (E.CompleteCall | E.FailCall)) != 0)
        {
            sound &= _calls > 0;
            _calls -= (byte)(_calls > 0 ? 1 : 0);
        }

        if (effects.HasFlag(E.FailCalls))
        {
            sound &= _calls > 0;
            _calls = 0;
        }

        return sound;
    }

    private Breach Pods(E effects)
    {
        _pods += (byte)(effects.HasFlag(E.CompleteRunPod) ? 1 : 0);
        if (!effects.HasFlag(E.EndPod))
        {
            return Breach.None;
        }

        return _pods-- == 1 ? Breach.None : Breach.PodEndMissing;
    }
}
