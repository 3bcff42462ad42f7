using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Isolation;
using Rx.Qmp.Testing.Native;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Testing.Simulation;

/// <summary>A unix socket whose reads also take the descriptors that come with the bytes, which .NET's sockets leave behind. Linux on 64
/// bits.</summary>
internal sealed class DescriptorStream(NetworkStream inner) : DelegatingStream(inner)
{
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int DontWait = 0x40;
    private const int CloseOnExec = 0x4000_0000;
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int HeaderBytes = 16;

    /// <summary>What QEMU takes of one message.</summary>
    private const int MostDescriptors = 16;

    private readonly List<SafeFileHandle> _taken = [];

    /// <summary>True where descriptors can be taken.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>The descriptors that came since the last call. Called by the reader only.</summary>
    public SafeFileHandle[] Take()
    {
        SafeFileHandle[] taken = [.. _taken];
        _taken.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var socket = inner.Socket;
        while (true)
        {
            // Reading nothing waits until there is something.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            var count = Receive(socket.SafeHandle, buffer.Span);
            if (count >= 0)
            {
                return count;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    private unsafe int Receive(SafeHandle socket, Span<byte> buffer)
    {
        Span<byte> control = stackalloc byte[HeaderBytes + (MostDescriptors * sizeof(int))];
        control.Clear();
        fixed (byte* bytes = buffer)
        fixed (byte* ancillary = control)
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
            var message = new MessageHeader
            {
                Vector = &vector, VectorLength = 1, Control = ancillary, ControlLength = (nuint)control.Length,
            };
            var count = Libc.recvmsg(socket, &message, DontWait | CloseOnExec);
            if (count < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error is TryAgain or Interrupted
                    ? -1
                    : throw new IOException("Reading from the socket failed.", Errno.ToSocketException(error));
            }

            Keep(control[..(int)message.ControlLength]);
            return (int)count;
        }
    }

    private void Keep(ReadOnlySpan<byte> control)
    {
        if (control.Length < HeaderBytes)
        {
            return;
        }

        var length = Math.Min((int)MemoryMarshal.Read<ulong>(control), control.Length);
        var words = MemoryMarshal.Cast<byte, int>(control[8..]);
        if (words[0] == SocketLevel && words[1] == Rights)
        {
            foreach (var descriptor in MemoryMarshal.Cast<byte, int>(control[HeaderBytes..length]))
            {
                _taken.Add(new SafeFileHandle(descriptor, ownsHandle: true));
            }
        }
    }

    private unsafe struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vector;
        public nuint VectorLength;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
