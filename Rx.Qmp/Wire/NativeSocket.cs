using System.Runtime.InteropServices;
using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>The calls of the system that .NET's sockets have no way to make: a read that really blocks, a write that never does, and a
/// descriptor sent along (dotnet/runtime#932). Linux on 64 bits.</summary>
internal static partial class NativeSocket
{
    /// <summary>The result of a call that would have had to wait.</summary>
    public const int WouldBlock = -1;

    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int ReceiveTimeout = 20;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const short Writable = 4;

    /// <summary>Makes reads of the socket wait in the kernel.</summary>
    public static void SetBlocking(SafeHandle socket)
    {
        int flags = Check(Fcntl(socket, GetFlags, 0));
        Check(Fcntl(socket, SetFlags, flags & ~NonBlocking));
    }

    /// <summary>Limits how long a read waits.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="limit">The limit; zero: none.</param>
    public static unsafe void LimitReads(SafeHandle socket, TimeSpan limit)
    {
        var value = new TimeValue { Seconds = (long)limit.TotalSeconds, Microseconds = limit.Milliseconds * 1000L };
        Check(SetOption(socket, SocketLevel, ReceiveTimeout, &value, sizeof(TimeValue)));
    }

    /// <summary>Reads what there is, waiting for the first byte.</summary>
    /// <returns>The number of bytes; 0 at the end; <see cref="WouldBlock"/> when the limit has passed.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static unsafe int Receive(SafeHandle socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                nint count = Recv(socket, bytes, (nuint)buffer.Length, 0);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                {
                    return WouldBlock;
                }

                ThrowUnlessInterrupted(error, "Reading from the socket failed.");
            }
        }
    }

    /// <summary>Writes what fits.</summary>
    /// <returns>The number of bytes, or <see cref="WouldBlock"/>.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public static unsafe int Send(SafeHandle socket, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                nint count = Send(socket, bytes, (nuint)buffer.Length, DontWait | NoSignal);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                {
                    return WouldBlock;
                }

                ThrowUnlessInterrupted(error, "Writing to the socket failed.");
            }
        }
    }

    /// <summary>Sends one byte, and a descriptor with it.</summary>
    /// <returns>False if there is no room right now.</returns>
    /// <exception cref="IOException">The connection broke, or the socket takes no descriptors.</exception>
    public static unsafe bool TrySend(SafeHandle socket, byte carrier, SafeHandle descriptor)
    {
        bool held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            var control = new ControlMessage
            {
                Length = 20, Level = SocketLevel, Type = Rights, Descriptor = (int)descriptor.DangerousGetHandle(),
            };
            var vector = new IoVector { Base = &carrier, Length = 1 };
            var message = new MessageHeader { Vector = &vector, VectorLength = 1, Control = &control, ControlLength = 24 };
            while (true)
            {
                if (SendMessage(socket, &message, DontWait | NoSignal) >= 0)
                {
                    return true;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                {
                    return false;
                }

                ThrowUnlessInterrupted(error, "Sending a descriptor failed.");
            }
        }
        finally
        {
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Waits until the socket takes bytes, or is broken, or the time has passed.</summary>
    public static unsafe void WaitUntilWritable(SafeHandle socket, TimeSpan limit)
    {
        bool held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            var wanted = new PollEntry { Descriptor = (int)socket.DangerousGetHandle(), Events = Writable };
            _ = Poll(&wanted, 1, (int)limit.TotalMilliseconds);
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new SocketException(Marshal.GetLastPInvokeError());

    private static void ThrowUnlessInterrupted(int error, string message)
    {
        if (error != Interrupted)
        {
            throw new IOException(message, new SocketException(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeHandle socket, int command, int argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetOption(SafeHandle socket, int level, int name, void* value, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Recv(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static unsafe partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    private struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }

    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    private unsafe struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    private struct ControlMessage
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
    }

    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vector;
        public nuint VectorLength;
        public ControlMessage* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
