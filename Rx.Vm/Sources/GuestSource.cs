using System.Reactive;
using System.Reactive.Concurrency;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Sources;

/// <summary>What the control channel says, as events of the machine.</summary>
internal static class GuestSource
{
    /// <summary>
    /// Begins to read the control channel. What the guest announced is known to the session, and the ends of the pod's streams are here,
    /// before the fold hears of it.
    /// </summary>
    /// <param name="session">Whose guest it is.</param>
    /// <param name="messages">What its control channel says.</param>
    /// <param name="time">The clock of the wait for the streams.</param>
    public static IObservable<VmEvent> Of(MachineSession session, IObservable<GuestMessage> messages, IScheduler time) =>
        Cold.Of<VmEvent>(observer =>
        {
            var negotiation = new GuestNegotiation(session.Control, dialect => session.Dialect = dialect);
            var subscription = messages.Subscribe(Observer.Create<GuestMessage>(raw =>
            {
                foreach (var message in negotiation.Hear(raw))
                {
                    Tell(message, session, time, observer);
                }
            }));
            session.Control.Start();
            return subscription;
        });

    /// <summary>The event that <paramref name="message"/> is, or null for an answer that concerns nobody.</summary>
    public static VmEvent? ToEvent(GuestMessage message) => message switch
    {
        GuestReady ready => new VmEvent(VmEventKind.GuestReady) { Text = ready.Features.Describe() },
        GuestAcked acked => Acked(acked),
        GuestRefused refused => Refused(refused),
        PodFinished finished => new VmEvent(VmEventKind.PodFinished) { ExitCodes = finished.ExitCodes },
        GuestLost lost => new VmEvent(VmEventKind.GuestDisconnected) { Text = lost.Reason },
        _ => null,
    };

    private static void Tell(GuestMessage message, MachineSession session, IScheduler time, IObserver<VmEvent> observer)
    {
        if (message is GuestProcessEnded { End: var end })
        {
            // Of no consequence for the machine: whoever waits for the process is told.
            session.Tty.Tell(end);
        }

        switch (ToEvent(message))
        {
            case { Kind: VmEventKind.PodFinished or VmEventKind.PodStopAcked } ended:
                session.Tty.TellRest();
                _ = PodEndSource.TellBehindAsync(ended, session.PodStreams, time, observer);
                break;
            case { } e:
                observer.OnNext(e);
                break;
        }
    }

    private static VmEvent? Acked(GuestAcked acked) => acked.Code switch
    {
        GuestCode.StartPod => new VmEvent(VmEventKind.PodStartAcked),
        GuestCode.StopPod => new VmEvent(VmEventKind.PodStopAcked)
        {
            ExitCodes = new([.. ControlFrame.ReadExitCodes(acked.Payload.Span)]),
        },
        GuestCode.DestroyPod => new VmEvent(VmEventKind.PodDestroyAcked),
        GuestCode.Ready => new VmEvent(VmEventKind.RescanAcked),
        GuestCode.Ping => new VmEvent(VmEventKind.PingAcked),
        GuestCode.ExecCmd or GuestCode.WinSize or GuestCode.KillContainer or GuestCode.SignalExec => new VmEvent(VmEventKind.CallAcked) { Token = acked.Token },
        _ => null,
    };

    private static VmEvent? Refused(GuestRefused refused)
    {
        VmEventKind? kind = refused.Code switch
        {
            GuestCode.StartPod => VmEventKind.PodStartRefused,
            GuestCode.StopPod => VmEventKind.PodStopRefused,
            GuestCode.DestroyPod => VmEventKind.PodDestroyRefused,
            GuestCode.Ready => VmEventKind.RescanRefused,

            // Even a refusal is a sign of life.
            GuestCode.Ping => VmEventKind.PingAcked,
            GuestCode.ExecCmd or GuestCode.WinSize or GuestCode.KillContainer or GuestCode.SignalExec => VmEventKind.CallRefused,
            _ => null,
        };
        return kind is { } k ? new VmEvent(k) { Token = refused.Token, Text = refused.Text } : null;
    }
}
