using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Boot;

/// <summary>The loopback interface, which every program expects to be up.</summary>
internal static unsafe class Loopback
{
    private const short Up = 1;
    private const int NameBytes = 16, RequestBytes = 40;

    /// <summary>Brings it up; a kernel without networking is fine.</summary>
    public static void BringUp()
    {
        var fd = Libc.socket(Abi.InetDomain, Abi.Datagram | Abi.SocketCloseOnExec, 0);
        if (fd < 0)
        {
            return;
        }

        // struct ifreq: the name, then the flags.
        var request = stackalloc byte[RequestBytes];
        new Span<byte>(request, RequestBytes).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, NameBytes));
        if (Libc.ioctl(fd, Abi.GetInterfaceFlags, (nint)request) == 0)
        {
            *(short*)(request + NameBytes) |= Up;
            _ = Libc.ioctl(fd, Abi.SetInterfaceFlags, (nint)request);
        }

        Fd.Close(ref fd);
    }
}
