using System.Collections.Immutable;
using System.Reactive.Concurrency;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Sources;

/// <summary>
/// Holds the news that a pod has ended until the ends of its streams are here too. The news comes on one channel and the bytes on another,
/// where up to some megabytes may still wait in the machine; acted on at once, the news would shut the machine down over them.
/// </summary>
internal static class PodEndSource
{
    // A guest that never ends its streams must not keep the machine for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Tells <paramref name="e"/> when the last byte of every stream has come, or after ten seconds. Waits for no reader.
    /// </summary>
    /// <param name="e">The end of the pod.</param>
    /// <param name="streams">The pod's streams.</param>
    /// <param name="time">The clock of the patience.</param>
    /// <param name="observer">Who is told.</param>
    public static async Task TellBehindAsync(VmEvent e, ImmutableArray<ProcessStreams> streams, IScheduler time, IObserver<VmEvent> observer)
    {
        var ended = Task.WhenAll(streams.Select(s => s.Ended));
        if (!ended.IsCompleted)
        {
            await ended.WithinAsync(Patience, time).ConfigureAwait(false);
        }

        observer.OnNext(e);
    }

    private static async Task WithinAsync(this Task task, TimeSpan limit, IScheduler time)
    {
        var late = new TaskCompletionSource();
        using var timer = time.Schedule(late, limit, static (_, source) =>
        {
            source.TrySetResult();
            return System.Reactive.Disposables.Disposable.Empty;
        });
        await Task.WhenAny(task, late.Task).ConfigureAwait(false);
    }
}
