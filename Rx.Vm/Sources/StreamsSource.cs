using System.Reactive.Disposables;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Sources;

/// <summary>The channel of the guest's byte streams. The bytes go to their readers; that the channel has ended is an event.</summary>
internal sealed class StreamsSource(TtyMux tty) : IObservable<VmEvent>
{
    /// <summary>
    /// Completes when the channel has ended and that was told; it has, where nobody listened. Not the channel's own task: of several who
    /// await one task all but one continue on another thread.
    /// </summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to read.</summary>
    public IDisposable Subscribe(IObserver<VmEvent> observer)
    {
        tty.Start();
        Ended = WatchAsync(observer);
        return Disposable.Empty;
    }

    private async Task WatchAsync(IObserver<VmEvent> observer)
    {
        var lost = await tty.Completion.ConfigureAwait(false);
        observer.OnNext(new VmEvent(VmEventKind.GuestDisconnected) { Text = lost.Reason });
    }
}
