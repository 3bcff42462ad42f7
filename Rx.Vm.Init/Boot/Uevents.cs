using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Boot;

/// <summary>The kernel's device events. What they say is not parsed: one means "look again", which covers those that got lost.</summary>
internal sealed unsafe class Uevents
{
    private const int Enobufs = 105;

    /// <summary>The socket; readable when something happened.</summary>
    public int Descriptor { get; }

    /// <summary>Subscribes.</summary>
    public Uevents()
    {
        Descriptor = SystemCallException.Check(
            Libc.socket(Abi.NetlinkDomain, Abi.Datagram | Abi.SocketCloseOnExec | Abi.SocketNonBlocking, Abi.NetlinkUevents), "uevents");

        // struct sockaddr_nl: family 2, padding 2, port id 4, groups 4. Group 1 is the kernel itself.
        var address = stackalloc uint[3] { Abi.NetlinkDomain, 0, 1 };
        SystemCallException.Check(Libc.bind(Descriptor, address, 12), "uevents");
    }

    /// <summary>Throws away what has arrived.</summary>
    public void Drain()
    {
        Span<byte> buffer = stackalloc byte[4096];
        int count;
        do
        {
            count = Fd.Read(Descriptor, buffer);
        }
        while (count > 0 || (count == Fd.Failed && Fd.LastError == Enobufs)); // ENOBUFS: some were lost, the next read goes on
    }
}
