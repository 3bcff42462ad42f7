using System.Reactive.Disposables;
using Rx.Vm.Fold;
using Rx.Vm.Guest;

namespace Rx.Vm.Attendance;

/// <summary>The channel of the guest's byte streams. The bytes go to their readers; that the channel has ended is told.</summary>
internal sealed class StreamSights(TtyMux tty) : IObservable<Sight>
{
    /// <summary>
    /// Completes when the channel has ended and that was told; it has, where nobody listened. Not the channel's own task: of several who
    /// await one task all but one continue on another thread.
    /// </summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to read.</summary>
    public IDisposable Subscribe(IObserver<Sight> observer)
    {
        tty.Start();
        Ended = WatchAsync(observer);
        return Disposable.Empty;
    }

    private async Task WatchAsync(IObserver<Sight> observer)
    {
        var lost = await tty.Completion.ConfigureAwait(false);
        observer.OnNext(Sight.Of(FactKind.GuestLost, lost.Reason));
    }
}
