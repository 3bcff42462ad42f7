namespace Rx.Qmp.Isolation;

/// <summary>Lets a reader wait without room to read to, so that a connection on which nothing is said holds none.</summary>
internal static class IdleRead
{
    /// <summary>
    /// Completes when there is something to read, or the end is; at once with a stream that can't wait without room. Never fails: what is wrong
    /// the read says that follows.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask WaitAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        try
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // An application's stream may know nothing of empty reads.
        }
    }
}
