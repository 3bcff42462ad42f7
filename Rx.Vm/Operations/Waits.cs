namespace Rx.Vm.Operations;

/// <summary>Waiting for what others wait for too.</summary>
internal static class Waits
{
    /// <summary>
    /// The result of <paramref name="task"/>, unless the token is cancelled first. Inline, several may wait for one task and all continue
    /// where it completes, which of those who await it themselves only one does.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<T> OrCancelledAsync<T>(this Task<T> task, CancellationToken ct, bool inline)
    {
        var first = new TaskCompletionSource<T>(inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        using var given = ct.UnsafeRegister(static (state, ct) => ((TaskCompletionSource<T>)state!).TrySetCanceled(ct), first);
        _ = task.ContinueWith(
            static (done, state) => _ = done.Exception is { } fault
                ? ((TaskCompletionSource<T>)state!).TrySetException(fault.InnerExceptions)
                : ((TaskCompletionSource<T>)state!).TrySetResult(done.Result),
            first, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await first.Task.ConfigureAwait(false);
    }
}
