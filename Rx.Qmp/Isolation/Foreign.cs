namespace Rx.Qmp.Isolation;

/// <summary>Calling code of the application's that may throw, block, or never come back.</summary>
internal static class Foreign
{
    /// <summary>Leaves the caller's thread, unless everything is to happen inline.</summary>
    /// <param name="inline">True: stay, as the application asked for.</param>
    public static async Task EnterAsync(bool inline)
    {
        if (!inline)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    /// <summary>Calls it where it holds up nobody. Throws nothing.</summary>
    /// <param name="inline">True: on this thread, as the application asked for.</param>
    /// <param name="call">The foreign code.</param>
    /// <param name="failed">Hears what it threw.</param>
    public static void Start(bool inline, Action call, Action<Exception> failed)
    {
        if (inline)
        {
            Guard(call, failed);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static work => Guard(work.call, work.failed), (call, failed), preferLocal: false);
        }
    }

    private static void Guard(Action call, Action<Exception> failed)
    {
        try
        {
            call();
        }
        catch (Exception fault)
        {
            failed(fault);
        }
    }
}
