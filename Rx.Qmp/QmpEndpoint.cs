namespace Rx.Qmp;

/// <summary>Where a server can be reached. Immutable, <see cref="QmpListener"/> excepted; one may serve many clients.</summary>
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

    /// <summary>A TCP port on which QEMU listens.</summary>
    /// <param name="host">A name or an address. Every address of a name is tried, in the order the system gives.</param>
    /// <param name="port">The port.</param>
    /// <param name="tls">How to secure the connection; null: not at all.</param>
    /// <returns>The endpoint.</returns>
    public static QmpEndpoint Tcp(string host, int port, QmpTls? tls = null) => new TcpQmpEndpoint(host, port, tls);

    /// <summary>A vsock port, such as the guest agent's in a virtual machine. Linux only.</summary>
    /// <param name="contextId">The machine's context id (guest-cid); 1 is this machine.</param>
    /// <param name="port">The port.</param>
    /// <returns>The endpoint.</returns>
    public static QmpEndpoint Vsock(uint contextId, uint port) => new VsockQmpEndpoint(contextId, port);

    /// <summary>Anything else that ends in a stream: a tunnel, a pair of pipes, an in-memory server.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="open">Makes one attempt to connect and returns a fresh duplex stream, which the client then owns. It must end soon
    /// after its token is cancelled. A <see cref="QmpConnectException"/> says why it failed, and whether to try again; any other
    /// exception counts as <see cref="QmpConnectFailure.EndpointFailed"/>, and one that only wrong code throws (ArgumentException,
    /// InvalidOperationException, NullReferenceException and the like) is never tried again.</param>
    /// <returns>The endpoint.</returns>
    public static QmpEndpoint Create(string name, Func<CancellationToken, ValueTask<Stream>> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(open);
        return new OpenedQmpEndpoint(name, open);
    }

    /// <summary>The same for a guest agent, which does not greet.</summary>
    internal virtual QmpEndpoint ForAgent => this;

    /// <summary>Makes one attempt to connect, which ends with its token whatever an application's own code does.</summary>
    /// <param name="inline">True: that code is to run on the caller's thread, as the application asked for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="QmpConnectException">It failed.</exception>
    internal abstract ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken);

    /// <summary>What it means here that a connection ended before the greeting.</summary>
    internal virtual QmpException ExplainEarlyEnd(QmpException cause) => cause;
}
