using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rx.Qmp.Native;

namespace Rx.Qmp.Wire;

/// <summary>Sockets between a host and its virtual machines. .NET does not make sockets of this family, but runs one it is given.</summary>
internal static class VsockSocket
{
    private const int Family = 40;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;

    public static Socket Create()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SocketException((int)SocketError.AddressFamilyNotSupported);
        }

        var descriptor = Libc.socket(Family, Stream | CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Errno.ToSocketException(Marshal.GetLastPInvokeError());
        }

        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    /// <summary>A sockaddr_vm.</summary>
    public static EndPoint Address(Socket socket, uint contextId, uint port)
    {
        var address = new byte[16];
        MemoryMarshal.Write(address, (ushort)Family);
        MemoryMarshal.Write(address.AsSpan(4), in port);
        MemoryMarshal.Write(address.AsSpan(8), in contextId);
        return new RawEndPoint(socket.AddressFamily, address);
    }
}
