using Rx.Qmp.Wire;

namespace Rx.Qmp;

/// <summary>A vsock port: how a host reaches the guest agent in a virtual machine without a network. Linux only.</summary>
public sealed class VsockQmpEndpoint : QmpEndpoint
{
    internal VsockQmpEndpoint(uint contextId, uint port)
    {
        ContextId = contextId;
        Port = port;
    }

    /// <summary>The machine: 1 is this one, 2 a guest's host, others are guests.</summary>
    public uint ContextId { get; }

    /// <summary>The port.</summary>
    public uint Port { get; }

    /// <summary>The address.</summary>
    /// <returns>vsock:cid:port.</returns>
    public override string ToString() => $"vsock:{ContextId}:{Port}";

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) => SocketStream.ConnectAsync(
        VsockSocket.Create, socket => VsockSocket.Address(socket, ContextId, Port), ToString(), cancellationToken);
}
