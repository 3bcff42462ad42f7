using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Fold;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm.Attendance;

/// <summary>What the monitor says.</summary>
internal static class MonitorSights
{
    /// <summary>Connects the client once subscribed to, and tells what comes of it.</summary>
    /// <param name="qmp">A client that is not connected yet.</param>
    /// <param name="stream">Its connection.</param>
    /// <param name="log">Why it did not come up, in more words than an event has.</param>
    public static IObservable<Sight> Of(QmpClient qmp, Stream stream, ILogger log) => Cold.Of<Sight>(observer =>
    {
        void Lose(Exception fault) => observer.OnNext(Sight.Of(FactKind.QmpLost, SafeText.Of(fault)));
        var subscriptions = StableCompositeDisposable.Create(
            OfEvents(qmp.Events).Subscribe(observer.OnNext, Lose),
            OfStates(qmp.ConnectionStates).Subscribe(observer.OnNext, Lose));
        _ = ConnectAsync(qmp, stream, log);
        return subscriptions;
    });

    /// <summary>SHUTDOWN is the one event that concerns the lifecycle; the others are for whoever subscribes to them.</summary>
    public static IObservable<Sight> OfEvents(IObservable<QmpEvent> events) =>
        events.Where(e => e.Name == "SHUTDOWN").Select(_ => new Sight(FactKind.PowerOff));

    /// <summary>Connected; failed, when it ends before it was; lost, when it ends after.</summary>
    public static IObservable<Sight> OfStates(IObservable<QmpConnectionState> states) => states
        .Scan((WasReady: false, Sight: (Sight?)null), (seen, state) => (
            seen.WasReady || state.Phase == QmpConnectionPhase.Ready,
            Of(state, seen.WasReady ? FactKind.QmpLost : FactKind.QmpFailed)))
        .Where(seen => seen.Sight is not null)
        .Select(seen => seen.Sight!.Value);

    // How it went is told by the connection's states.
    private static async Task ConnectAsync(QmpClient qmp, Stream stream, ILogger log)
    {
        try
        {
            await qmp.ConnectAsync(stream).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.Debug("The monitor did not come up: {Cause}", SafeText.Of(e));
        }
    }

    private static Sight? Of(QmpConnectionState state, FactKind end) => state.Phase switch
    {
        QmpConnectionPhase.Connecting or QmpConnectionPhase.Negotiating or QmpConnectionPhase.Resyncing => null,
        QmpConnectionPhase.Ready => new Sight(FactKind.QmpConnected),
        QmpConnectionPhase.Lost => Sight.Of(end, state.Cause?.Message),
        QmpConnectionPhase.Closed => Sight.Of(end, "the monitor was closed"),
    };
}
