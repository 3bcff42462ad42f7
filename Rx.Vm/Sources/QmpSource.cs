using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm.Sources;

/// <summary>What the monitor says, as events of the machine.</summary>
internal static class QmpSource
{
    /// <summary>Connects the client, and tells what comes of it.</summary>
    /// <param name="qmp">A client that is not connected yet.</param>
    /// <param name="stream">Its connection.</param>
    /// <param name="log">Why it did not come up, in more words than an event has.</param>
    public static IObservable<VmEvent> Of(QmpClient qmp, Stream stream, ILogger log) => Cold.Of<VmEvent>(observer =>
    {
        void Lose(Exception fault) => observer.OnNext(new VmEvent(VmEventKind.QmpDisconnected) { Text = SafeText.Of(fault) });
        var subscriptions = StableCompositeDisposable.Create(
            ToEvents(qmp.Events).Subscribe(observer.OnNext, Lose),
            ToEvents(qmp.ConnectionStates).Subscribe(observer.OnNext, Lose));
        _ = ConnectAsync(qmp, stream, log);
        return subscriptions;
    });

    /// <summary>SHUTDOWN is the one QMP event that concerns the lifecycle; the others are for whoever subscribes to them.</summary>
    public static IObservable<VmEvent> ToEvents(IObservable<QmpEvent> events) =>
        events.Where(e => e.Name == "SHUTDOWN").Select(_ => new VmEvent(VmEventKind.QmpShutdownSeen) { Text = "" });

    /// <summary>Ready; failed, when it ends before it was; disconnected, when it ends after.</summary>
    public static IObservable<VmEvent> ToEvents(IObservable<QmpConnectionState> states) => states
        .Scan((WasReady: false, Event: (VmEvent?)null), (seen, state) => (
            seen.WasReady || state.Phase == QmpConnectionPhase.Ready,
            ToEvent(state, seen.WasReady ? VmEventKind.QmpDisconnected : VmEventKind.QmpFailed)))
        .Where(seen => seen.Event is not null)
        .Select(seen => seen.Event!);

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

    private static VmEvent? ToEvent(QmpConnectionState state, VmEventKind end) => state.Phase switch
    {
        QmpConnectionPhase.Connecting or QmpConnectionPhase.Negotiating or QmpConnectionPhase.Resyncing => null,
        QmpConnectionPhase.Ready => new VmEvent(VmEventKind.QmpConnected),
        QmpConnectionPhase.Lost => new VmEvent(end) { Text = state.Cause?.Message },
        QmpConnectionPhase.Closed => new VmEvent(end) { Text = "the monitor was closed" },
    };
}
