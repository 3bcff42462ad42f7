using System.Reactive.Concurrency;

namespace Rx.Qmp.Session;

/// <summary>Waiting, by the injected clock.</summary>
internal static class SchedulerDelay
{
    /// <summary>Completes after the time, or is cancelled.</summary>
    /// <param name="scheduler">The clock.</param>
    /// <param name="time">How long.</param>
    /// <param name="inline">True: the awaiter continues on the scheduler's thread.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    public static async Task WaitAsync(IScheduler scheduler, TimeSpan time, bool inline, CancellationToken cancellationToken)
    {
        var elapsed = new TaskCompletionSource(Options(inline));
        using var timer = scheduler.Schedule(time, () => elapsed.TrySetResult());
        using var cancel = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), elapsed);
        await elapsed.Task.ConfigureAwait(false);
    }

    /// <summary>How a completion source has to be made.</summary>
    public static TaskCreationOptions Options(bool inline) =>
        inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
}
