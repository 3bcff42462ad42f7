using System.Reactive.Concurrency;

namespace Rx.Vm.Testing.Simulation;

/// <summary>Time to await, on a scheduler.</summary>
internal static class Delay
{
    /// <summary>Completes after <paramref name="time"/>, at once for none; never for an infinite one. The token cancels it.</summary>
    public static async ValueTask For(TimeSpan time, IScheduler scheduler, bool inline, CancellationToken ct)
    {
        if (time == TimeSpan.Zero)
        {
            return;
        }

        var over = new TaskCompletionSource(inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        using var given = ct.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), over);
        using var timer = time == Timeout.InfiniteTimeSpan ? null : scheduler.Schedule(time, () => over.TrySetResult());
        await over.Task.ConfigureAwait(false);
    }
}
