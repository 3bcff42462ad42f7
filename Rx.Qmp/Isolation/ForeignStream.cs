namespace Rx.Qmp.Isolation;

/// <summary>
/// A stream of the application's own make. A well-behaved one returns from ReadAsync and WriteAsync at once; one that blocks in them
/// must hold up nobody but itself, so they are called on a thread that nobody waits for; one that doesn't heed its token is left alone with
/// its buffer. Closing it neither blocks nor throws.
/// </summary>
/// <param name="inner">The application's stream.</param>
/// <param name="inline">True: everything is to happen on the thread that moves the bytes, as the application asked for.</param>
internal sealed class ForeignStream(Stream inner, bool inline) : DelegatingStream(inner)
{
    /// <summary>The stream, behind this where it is not known to behave.</summary>
    /// <param name="stream">What the application gave.</param>
    /// <param name="inline">True: nothing is to leave the thread it is on.</param>
    public static Stream Wrap(Stream stream, bool inline) =>
        stream is System.Net.Sockets.NetworkStream or IPromptStream ? stream : new ForeignStream(stream, inline);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        int count = inline
            ? await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)
            : await Inner.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return (uint)count <= (uint)buffer.Length
            ? count
            : throw new IOException($"The stream says it read {count} bytes into a buffer of {buffer.Length}.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        if (inline)
        {
            await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Inner.WriteAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Foreign.Start(inline, Inner.Dispose, static _ => { });
        }
    }
}
