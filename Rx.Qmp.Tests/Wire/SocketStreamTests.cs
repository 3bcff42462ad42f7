using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Sockets as the kernel is given them, and who closes them.</summary>
public sealed class SocketStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stream_owns_its_socket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = Tcp();
        await using (await SocketStream.ConnectAsync(() => socket, _ => listener.LocalEndpoint, "there", Token))
        {
            Assert.False(socket.SafeHandle.IsClosed);
        }

        Assert.True(socket.SafeHandle.IsClosed);
    }

    [Fact]
    public async Task A_socket_that_comes_to_nothing_is_closed_whatever_went_wrong()
    {
        var refused = Tcp();
        var fault = await Assert.ThrowsAsync<QmpConnectException>(
            () => SocketStream.ConnectAsync(() => refused, _ => throw new SocketException((int)SocketError.TimedOut), "there", Token).AsTask());
        Assert.Equal((QmpConnectFailure.TimedOut, true), (fault.Failure, refused.SafeHandle.IsClosed));

        var other = Tcp();
        await Assert.ThrowsAsync<FormatException>(
            () => SocketStream.ConnectAsync(() => other, _ => throw new FormatException(), "there", Token).AsTask());
        Assert.True(other.SafeHandle.IsClosed);
    }

    [Fact]
    public async Task Giving_up_ends_with_the_token_for_an_address_and_for_a_name()
    {
        foreach (var target in new EndPoint[] { new IPEndPoint(IPAddress.Loopback, 9), new DnsEndPoint("localhost", 9) })
        {
            var socket = Tcp();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => SocketStream.ConnectAsync(() => socket, _ => target, "there", new CancellationToken(canceled: true)).AsTask());
            Assert.True(socket.SafeHandle.IsClosed);
        }
    }

    [Fact]
    public void Tcp_sends_at_once_and_notices_a_host_that_has_gone_within_a_minute()
    {
        using var socket = Tcp();
        TcpTuning.Apply(socket);
        Assert.True(socket.NoDelay);
        Assert.Equal(
            [1, 30, 10, 3],
            [
                (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!,
                (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!,
                (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!,
                (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!,
            ]);
    }

    [Fact]
    public void An_address_is_handed_over_byte_for_byte()
    {
        var address = new RawEndPoint(AddressFamily.Unix, [40, 0, 1, 2, 3]);
        var serialized = address.Serialize();
        Assert.Equal([40, 0, 1, 2, 3], serialized.Buffer[..serialized.Size].ToArray());
        Assert.Equal((AddressFamily.Unix, true), (address.AddressFamily, ReferenceEquals(address, address.Create(serialized))));
    }

    [Fact]
    public void A_vsock_address_has_family_port_and_context()
    {
        using var socket = Tcp();
        var serialized = VsockSocket.Address(socket, 0x0403_0201, 0x0807_0605).Serialize();
        Assert.Equal([40, 0, 0, 0, 5, 6, 7, 8, 1, 2, 3, 4, 0, 0, 0, 0], serialized.Buffer[..serialized.Size].ToArray());
    }

    [Fact]
    public void A_vsock_is_a_stream_that_no_child_inherits_or_there_is_none()
    {
        try
        {
            var socket = VsockSocket.Create();
            var number = (int)socket.Handle;
            var link = new FileInfo($"/proc/self/fd/{number}").LinkTarget!;
            Assert.StartsWith("socket:", link, StringComparison.Ordinal);
            Assert.Equal((ProtocolType.Unspecified, SocketType.Stream), (socket.ProtocolType, socket.SocketType));

            // The kernel writes flags in octal.
            var flags = File.ReadLines($"/proc/self/fdinfo/{number}").First(l => l.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim();
            Assert.NotEqual(0, Convert.ToInt32(flags, 8) & 0x80000);
            socket.Dispose();
            Assert.NotEqual(link, new FileInfo($"/proc/self/fd/{number}").LinkTarget);
        }
        catch (SocketException none)
        {
            Assert.Equal(SocketError.AddressFamilyNotSupported, none.SocketErrorCode);
        }
    }

    [Fact]
    public async Task A_descriptor_goes_with_its_byte_and_is_closed_by_its_owner_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are sent on Linux");
        using var pair = new SocketPair();
        var descriptor = new Counted();
        Assert.True(NativeSocket.TrySend(pair.First.SafeHandle, (byte)'{', descriptor));
        Assert.Equal(0, descriptor.Closed);
        descriptor.Dispose();
        Assert.Equal(1, descriptor.Closed);
        var bytes = new byte[4];
        Assert.Equal(1, await pair.Second.ReceiveAsync(bytes, Token));
        Assert.Equal((byte)'{', bytes[0]);
    }

    [Fact]
    public void Where_there_is_no_room_for_a_descriptor_it_says_so_and_where_nobody_reads_it_fails()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are sent on Linux");
        using var pair = new SocketPair();
        using var descriptor = new Counted();
        pair.First.SendBufferSize = 1;
        var sent = 0;
        while (NativeSocket.TrySend(pair.First.SafeHandle, 1, descriptor))
        {
            Assert.True(++sent < 100_000);
        }

        pair.Second.Dispose();
        var fault = Assert.Throws<IOException>(() => NativeSocket.TrySend(pair.First.SafeHandle, 1, descriptor));
        Assert.Equal(SocketError.Shutdown, Assert.IsType<SocketException>(fault.InnerException).SocketErrorCode);
        var file = File.OpenHandle("/dev/null");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => NativeSocket.TrySend(pair.First.SafeHandle, 1, file));
    }

    private static Socket Tcp() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A descriptor that counts how often it is closed.</summary>
    private sealed class Counted : SafeHandleZeroOrMinusOneIsInvalid
    {
        private readonly SafeFileHandle _file = File.OpenHandle("/dev/null");

        public Counted()
            : base(ownsHandle: true) => SetHandle(_file.DangerousGetHandle());

        public int Closed { get; private set; }

        protected override bool ReleaseHandle()
        {
            Closed++;
            _file.Dispose();
            return true;
        }
    }

    private sealed class SocketPair : IDisposable
    {
        public SocketPair()
        {
            var name = new UnixDomainSocketEndPoint($"\0rxqmp-{Guid.NewGuid()}");
            using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listening.Bind(name);
            listening.Listen(1);
            First.Connect(name);
            Second = listening.Accept();
        }

        public Socket First { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public Socket Second { get; }

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
