using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const short Readable = 1;
    private const short Writable = 4;

    /// <summary>Makes reads of the socket wait in the kernel.</summary>
    public static void SetBlocking(SafeHandle socket)
    {
        int flags = Check(Fcntl(socket, GetFlags, 0));
        Check(Fcntl(socket, SetFlags, flags & ~NonBlocking));
    }

    /// <summary>Reads what there is, waiting for the first byte.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
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

                ThrowUnlessInterrupted(Marshal.GetLastPInvokeError(), "Reading from the socket failed.");
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
    public static void WaitUntilWritable(SafeHandle socket, TimeSpan limit) =>
        Wait(socket, Writable, null, (int)limit.TotalMilliseconds);

    /// <summary>Waits until the socket has bytes or has ended, or somebody interrupts.</summary>
    /// <returns>True if reading would not wait.</returns>
    public static bool WaitUntilReadable(SafeHandle socket, SafeHandle interrupt) => Wait(socket, Readable, interrupt, -1);

    /// <summary>Makes something to interrupt waits with.</summary>
    public static SafeFileHandle CreateInterrupt() => new(Check(EventFd(0, CloseOnExec | NonBlocking)), ownsHandle: true);

    /// <summary>Ends the wait under way, or else the next.</summary>
    public static unsafe void Interrupt(SafeHandle interrupt)
    {
        ulong one = 1;
        _ = Write(interrupt, &one, sizeof(ulong));
    }

    /// <summary>Forgets an interruption.</summary>
    public static unsafe void Reset(SafeHandle interrupt)
    {
        ulong count;
        _ = Read(interrupt, &count, sizeof(ulong));
    }

    private static unsafe bool Wait(SafeHandle socket, short wanted, SafeHandle? interrupt, int milliseconds)
    {
        bool held = false;
        bool heldToo = false;
        try
        {
            socket.DangerousAddRef(ref held);
            interrupt?.DangerousAddRef(ref heldToo);
            var entries = stackalloc PollEntry[2];
            entries[0] = new PollEntry { Descriptor = (int)socket.DangerousGetHandle(), Events = wanted };
            entries[1] = new PollEntry { Descriptor = interrupt is null ? -1 : (int)interrupt.DangerousGetHandle(), Events = Readable };
            _ = Poll(entries, 2, milliseconds);
            return entries[0].Returned != 0;
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }

            if (heldToo)
            {
                interrupt!.DangerousRelease();
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

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(SafeHandle file, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(SafeHandle file, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Recv(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static unsafe partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    private struct PollEntry
    {
        public int Descriptor;
        public short Events;

        // By the kernel.
        public short Returned { get; }
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
