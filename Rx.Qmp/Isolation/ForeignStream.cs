namespace Rx.Qmp.Isolation;

/// <summary>
/// A stream of the application's own make. A well-behaved one returns from ReadAsync and WriteAsync at once; one that blocks in them
/// must hold up nobody but itself, so they are called on a thread that nobody waits for; one that doesn't heed its token is left alone with
/// its buffer. Dispose neither blocks nor throws; DisposeAsync ends when the application's does, for whoever has to know.
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

    /// <summary>Closes a stream that is of no use, or no more, where that holds up nobody. Throws nothing.</summary>
    /// <param name="stream">Whoever's it is.</param>
    /// <param name="inline">True: nothing is to leave the thread it is on.</param>
    public static async Task DiscardAsync(Stream stream, bool inline)
    {
        try
        {
            await Foreign.EnterAsync(inline).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is gone either way.
        }
    }

    /// <summary>Prepares for a stream that is ours from now on, also if that fails: then it is closed.</summary>
    /// <param name="stream">The stream; null: there is none yet.</param>
    /// <param name="inline">True: nothing is to leave the thread it is on.</param>
    /// <param name="prepare">What may fail.</param>
    public static void Own(Stream? stream, bool inline, Action prepare)
    {
        try
        {
            prepare();
        }
        catch
        {
            _ = stream is null ? Task.CompletedTask : DiscardAsync(stream, inline);
            throw;
        }
    }

    /// <summary>Has the application open a stream: whatever its code does, this ends with its token.</summary>
    /// <param name="open">The application's code.</param>
    /// <param name="name">What the endpoint is called in messages.</param>
    /// <param name="inline">True: it is to run on this thread, as the application asked for.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="QmpConnectException">It opened none.</exception>
    public static async ValueTask<Stream> OpenAsync(
        Func<CancellationToken, ValueTask<Stream>> open, string name, bool inline, CancellationToken stop)
    {
        var opening = CallAsync(open, inline, stop);
        try
        {
            var stream = await opening.WaitAsync(stop).ConfigureAwait(false)
                ?? throw new QmpConnectException(QmpConnectFailure.Other, name, new IOException("It opened no stream."));
            return Wrap(stream, inline);
        }
        catch (OperationCanceledException)
        {
            // Whether it has opened meanwhile or does so later: nobody else will close it.
            _ = DisposeLateAsync(opening, inline);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        var count = inline
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

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        if (inline)
        {
            await Inner.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Inner.FlushAsync(CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Foreign.Start(inline, Inner.Dispose, static _ => { });
        }
    }

    private static async Task<Stream?> CallAsync(Func<CancellationToken, ValueTask<Stream>> open, bool inline, CancellationToken stop)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        return await open(stop).ConfigureAwait(false);
    }

    private static async Task DisposeLateAsync(Task<Stream?> opening, bool inline)
    {
        try
        {
            if (await opening.ConfigureAwait(false) is { } late)
            {
                await DiscardAsync(late, inline).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Nobody waits for it any more.
        }
    }
}
