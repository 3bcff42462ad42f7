using System.Net.Security;
using System.Security.Authentication;

namespace Rx.Qmp.Wire;

/// <summary>Puts TLS over a connection.</summary>
internal static class TlsStream
{
    /// <summary>Makes the handshake as the client.</summary>
    /// <exception cref="QmpConnectException">It failed; the connection has been closed.</exception>
    public static ValueTask<Stream> ConnectAsync(
        Stream connection, QmpTls tls, string serverName, string shownAs, CancellationToken cancellationToken) =>
        ShakeHandsAsync(connection, shownAs, stream => stream.AuthenticateAsClientAsync(tls.For(serverName), cancellationToken));

    /// <summary>Makes the handshake as the server.</summary>
    /// <exception cref="QmpConnectException">It failed; the connection has been closed.</exception>
    public static ValueTask<Stream> AcceptAsync(
        Stream connection, SslServerAuthenticationOptions tls, string shownAs, CancellationToken cancellationToken) =>
        ShakeHandsAsync(connection, shownAs, stream => stream.AuthenticateAsServerAsync(tls, cancellationToken));

    private static async ValueTask<Stream> ShakeHandsAsync(Stream connection, string shownAs, Func<SslStream, Task> shakeHands)
    {
        var cork = new CorkedStream(connection);
        var secured = new SslStream(cork, leaveInnerStreamOpen: false);
        try
        {
            await shakeHands(secured).ConfigureAwait(false);
            return new ByteRecordStream(secured, cork);
        }
        catch (Exception fault)
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw fault switch
            {
                AuthenticationException or IOException => new QmpConnectException(QmpConnectFailure.TlsRefused, shownAs, fault),
                OperationCanceledException => new QmpConnectException(QmpConnectFailure.NoHandshake, shownAs, fault),
                _ => new QmpConnectException(QmpConnectFailure.Other, shownAs, fault),
            };
        }
    }
}
