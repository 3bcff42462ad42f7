using System.Net;
using System.Net.Sockets;
using Rx.Qmp.Wire;

namespace Rx.Qmp;

/// <summary>A TCP port on which QEMU listens, with or without TLS. Without it anyone who can reach the port owns the machine, and anyone
/// on the way reads along.</summary>
public sealed class TcpQmpEndpoint : QmpEndpoint
{
    internal TcpQmpEndpoint(string host, int port, QmpTls? tls)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        Host = host;
        Port = port;
        Tls = tls;
    }

    /// <summary>The host's name or address.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>How the connection is secured; null: not at all.</summary>
    public QmpTls? Tls { get; }

    /// <summary>The address.</summary>
    /// <returns>tcp:host:port or tls:host:port.</returns>
    public override string ToString() => $"{(Tls is null ? "tcp" : "tls")}:{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    internal override async ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken)
    {
        var stream = await SocketStream.ConnectAsync(CreateSocket, _ => Target(), ToString(), cancellationToken).ConfigureAwait(false);
        return Tls is null
            ? stream
            : await TlsStream.ConnectAsync(stream, Tls, Tls.ServerName ?? Host, ToString(), cancellationToken).ConfigureAwait(false);
    }

    internal override QmpException ExplainEarlyEnd(QmpException cause) => Tls is not null && cause is QmpDisconnectedException
        ? new QmpConnectException(QmpConnectFailure.TlsRefused, ToString(), cause)
        : cause;

    private static Socket CreateSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        TcpTuning.Apply(socket);
        return socket;
    }

    private EndPoint Target() => IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);
}
