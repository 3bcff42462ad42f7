using System.Net;
using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>A socket address as the kernel wants it, byte for byte, for a socket .NET has no address type for.</summary>
/// <param name="family">The family of the socket as .NET sees it, which is not that of the address.</param>
/// <param name="address">The whole sockaddr.</param>
internal sealed class RawEndPoint(AddressFamily family, byte[] address) : EndPoint
{
    /// <inheritdoc/>
    public override AddressFamily AddressFamily => family;

    /// <inheritdoc/>
    public override SocketAddress Serialize()
    {
        // A family .NET knows has to be named first; the bytes then say which it really is.
        var serialized = new SocketAddress(AddressFamily.Unspecified, address.Length);
        address.CopyTo(serialized.Buffer);
        return serialized;
    }

    /// <inheritdoc/>
    public override EndPoint Create(SocketAddress socketAddress) => this;
}
