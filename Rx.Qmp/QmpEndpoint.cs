namespace Rx.Qmp;

/// <summary>Where a server can be reached.</summary>
public abstract class QmpEndpoint
{
    private protected QmpEndpoint()
    {
    }

    /// <summary>A unix socket on which QEMU listens.</summary>
    /// <param name="path">The socket's path, at most 107 bytes in UTF-8 (a longer one is refused when connecting); a leading NUL
    /// names the abstract space.</param>
    /// <returns>The endpoint.</returns>
    public static QmpEndpoint Unix(string path) => new UnixQmpEndpoint(path);

    /// <summary>Makes one attempt to connect.</summary>
    /// <exception cref="QmpConnectException">It failed.</exception>
    internal abstract ValueTask<Stream> OpenAsync(CancellationToken cancellationToken);
}
