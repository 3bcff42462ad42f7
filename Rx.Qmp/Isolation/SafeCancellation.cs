namespace Rx.Qmp.Isolation;

/// <summary>Cancelling what users may have hung something on.</summary>
internal static class SafeCancellation
{
    /// <summary>Cancels. What the callbacks of others throw stays with them, and every callback is called.</summary>
    public static void TryCancel(this CancellationTokenSource source)
    {
        try
        {
#pragma warning disable RS0030 // The one place.
            source.Cancel();
#pragma warning restore RS0030
        }
        catch (Exception fault) when (fault is AggregateException or ObjectDisposedException)
        {
            // It is cancelled all the same; or over, and nobody waits for it.
        }
    }
}
