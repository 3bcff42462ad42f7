using System.Reactive;
using Rx.Vm.Fold;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Reactive;

namespace Rx.Vm.Attendance;

/// <summary>What the control channel says by itself; answers go to whoever asked.</summary>
internal static class GuestSights
{
    /// <summary>
    /// Begins to read the control channel once subscribed to. What the guest announced is known to the session, and the ends of a pod's
    /// streams are here, before they are told.
    /// </summary>
    /// <param name="session">Whose guest it is.</param>
    /// <param name="messages">What its control channel says.</param>
    public static IObservable<Sight> Of(ProcessSession session, IObservable<GuestMessage> messages) => Cold.Of<Sight>(observer =>
    {
        var negotiation = new GuestNegotiation(session.Control, dialect => session.Dialect = dialect);
        var subscription = messages.Subscribe(Observer.Create<GuestMessage>(raw =>
        {
            foreach (var message in negotiation.Hear(raw))
            {
                Tell(message, session, observer);
            }
        }));
        session.Control.Start();
        return subscription;
    });

    private static void Tell(GuestMessage message, ProcessSession session, IObserver<Sight> observer)
    {
        switch (message)
        {
            case GuestReady ready:
                session.KeepAlive.Resume();
                observer.OnNext(new Sight(FactKind.GuestReady, Operand: StartsAllTogether, Payload: new Payload.Words(ready.Features.Describe())));
                break;
            case PodFinished finished:
                session.KeepAlive.Alive();
                session.Tty.TellRest();
                _ = EndPodAsync(session, finished, observer);
                break;
            case GuestProcessEnded ended:

                // Of no consequence for the machine: whoever waits for the process is told.
                session.KeepAlive.Alive();
                session.Tty.Tell(ended.End);
                break;
            case GuestLost lost:

                // Before those who wait for an answer hear of it: it is the cause.
                observer.OnNext(Sight.Of(FactKind.GuestLost, lost.Reason));
                session.KeepAlive.Pause();
                session.Guest.Hear(message);
                break;
            default:
                session.KeepAlive.Alive();
                session.Guest.Hear(message);
                break;
        }
    }

    // STARTPOD and STOPPOD are all there is, whatever the guest is.
    private const int StartsAllTogether = 1;

    private static async Task EndPodAsync(ProcessSession session, PodFinished finished, IObserver<Sight> observer)
    {
        var pod = session.Pod;
        await pod.EndedAsync(session.Time).ConfigureAwait(false);
        for (var i = 0; i < pod.Containers.Length; i++)
        {
            observer.OnNext(Sight.Exit(FactKind.ContainerExited, pod.Containers[i], PodInGuest.ExitOf(finished.ExitCodes, i)));
        }
    }
}
