using System.Collections.Immutable;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Vm.Fold;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Attendance;

/// <summary>The pod that a guest was told to start: which node each of its containers is, and their streams.</summary>
/// <param name="Containers">The nodes' ids, in the order in which the guest was told them.</param>
/// <param name="Streams">Their streams.</param>
internal sealed record PodInGuest(ImmutableArray<int> Containers, ImmutableArray<ProcessStreams> Streams)
{
    // A guest that never ends its streams must not keep the machine for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>No pod was started.</summary>
    public static PodInGuest None { get; } = new([], []);

    /// <summary>The exit of container <paramref name="index"/>: whatever the guest sent, one for each.</summary>
    public static ExitStatus ExitOf(ValueArray<int> codes, int index) => index < codes.Count ? new(codes[index]) : ExitStatus.Unknown;

    /// <summary>
    /// Completes when the last byte of every stream has come, or after ten seconds. The news that a pod has ended comes on one channel and the
    /// bytes on another, where some megabytes may still wait; acted on at once, the news would shut the machine down over them. Waits for no
    /// reader.
    /// </summary>
    public async Task EndedAsync(IScheduler time)
    {
        var ended = Task.WhenAll(Streams.Select(s => s.Ended));
        if (ended.IsCompleted)
        {
            return;
        }

        var late = new TaskCompletionSource();
        using var timer = time.Schedule(late, Patience, static (_, source) =>
        {
            source.TrySetResult();
            return Disposable.Empty;
        });
        await Task.WhenAny(ended, late.Task).ConfigureAwait(false);
    }
}
