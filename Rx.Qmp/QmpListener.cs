using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Rx.Qmp.Wire;

namespace Rx.Qmp;

/// <summary>
/// The other way round: a QEMU started with server=off dials us, again and again with reconnect=N. A listener is an endpoint, so whatever
/// connects to endpoints works with it: connecting takes the next caller that greets, waiting for one as long as connecting may take; up to
/// sixteen that say nothing are waited for beside each other. Whoever can reach the address can be one, so guard it (a unix socket is made for
/// its owner only).
/// </summary>
public sealed class QmpListener : QmpEndpoint, IDisposable
{
    private const int Backlog = 16;

    private readonly Socket _socket;
    private readonly string _address;
    private readonly UnixSocketFile? _file;
    private readonly Callers _callers;

    private QmpListener(Socket socket, string address, SslServerAuthenticationOptions? tls, UnixSocketFile? file)
    {
        _socket = socket;
        _address = address;
        _callers = new Callers(AcceptAsync, tls, ToString());
        _file = file;
        Port = (socket.LocalEndPoint as IPEndPoint)?.Port ?? 0;
    }

    /// <summary>The TCP port; 0 for a unix socket.</summary>
    public int Port { get; }

    /// <summary>Listens on a unix socket that only this user can connect to. A dead socket left at the path is replaced; a live one, or
    /// anything that is no socket, is not.</summary>
    /// <param name="path">The socket's path, at most 107 bytes in UTF-8; a leading NUL names the abstract space, which knows no
    /// owners.</param>
    /// <returns>The listener; disposing it removes the socket.</returns>
    /// <exception cref="QmpListenException">It cannot listen there.</exception>
    public static QmpListener OnUnixSocket(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var shownAs = new UnixQmpEndpoint(path).ToString();
        return Start(shownAs, null, () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), socket =>
        {
            var file = UnixSocketFile.Bind(socket, path, shownAs);
            socket.Listen(Backlog);
            return file;
        });
    }

    /// <summary>Listens on a TCP port.</summary>
    /// <param name="address">The address and port of this machine; port 0 takes a free one, see <see cref="Port"/>.</param>
    /// <param name="tls">The certificate to show, and whose to ask for (QEMU's tls-creds with endpoint=client); null: no TLS. A caller who
    /// fails the handshake is sent away, and one that says nothing keeps nobody else waiting.</param>
    /// <returns>The listener.</returns>
    /// <exception cref="QmpListenException">It cannot listen there.</exception>
    public static QmpListener OnTcp(IPEndPoint address, SslServerAuthenticationOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Start(address.ToString(), tls, () => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp), socket =>
        {
            socket.Bind(address);
            socket.Listen(Backlog);
            return null;
        });
    }

    /// <summary>Takes the next caller and negotiates with it.</summary>
    /// <param name="options">How the client behaves; <see cref="QmpClientOptions.ConnectTimeout"/> covers the waiting too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The client, ready for commands.</returns>
    /// <exception cref="QmpException">As for <see cref="QmpClient.ConnectAsync(QmpEndpoint, QmpClientOptions, CancellationToken)"/>;
    /// nobody calling is <see cref="QmpConnectFailure.TimedOut"/>.</exception>
    public Task<QmpClient> AcceptAsync(QmpClientOptions options, CancellationToken cancellationToken = default) =>
        QmpClient.ConnectAsync(this, options, cancellationToken);

    /// <summary>Stops listening and removes the socket if it is still the one this made. Connections taken stay.</summary>
    public void Dispose()
    {
        _file?.Remove();
        _socket.Dispose();
        _callers.Dispose();
    }

    /// <summary>The address.</summary>
    /// <returns>The address listened on.</returns>
    public override string ToString() => $"a caller at {_address}";

    internal override QmpEndpoint ForAgent => new AgentEndpoint(this);

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) =>
        _callers.NextAsync(greets: true, cancellationToken);

    private static QmpListener Start(
        string shownAs, SslServerAuthenticationOptions? tls, Func<Socket> create, Func<Socket, UnixSocketFile?> listen)
    {
        Socket? socket = null;
        try
        {
            socket = create();
            return new QmpListener(socket, shownAs, tls, listen(socket));
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            throw new QmpListenException(Classify(fault), shownAs, fault);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static QmpListenFailure Classify(SocketException fault) => fault.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => QmpListenFailure.InUse,
        SocketError.AccessDenied => QmpListenFailure.AccessDenied,
        _ => QmpListenFailure.Other,
    };

    private async ValueTask<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            var socket = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
            if (socket.ProtocolType == ProtocolType.Tcp)
            {
                TcpTuning.Apply(socket);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            throw new QmpConnectException(QmpConnectFailure.Other, ToString(), fault);
        }
    }

    private sealed class AgentEndpoint(QmpListener listener) : QmpEndpoint
    {
        public override string ToString() => listener.ToString();

        internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) =>
            listener._callers.NextAsync(greets: false, cancellationToken);
    }
}
