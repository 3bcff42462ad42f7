using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rx.Qmp.Native;

namespace Rx.Qmp.Wire;

/// <summary>The call that .NET's sockets have no way to make: sending a descriptor along (dotnet/runtime#932). Linux on 64 bits.</summary>
internal static class NativeSocket
{
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int SocketLevel = 1;
    private const int Rights = 1;

    /// <summary>Sends one byte, and a descriptor with it.</summary>
    /// <returns>False if there is no room right now.</returns>
    /// <exception cref="IOException">The connection broke, or the socket takes no descriptors.</exception>
    public static unsafe bool TrySend(SafeHandle socket, byte carrier, SafeHandle descriptor)
    {
        var held = false;
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
                if (Libc.sendmsg(socket, &message, DontWait | NoSignal) >= 0)
                {
                    return true;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error == Libc.TryAgain)
                {
                    return false;
                }

                if (error != Libc.Interrupted)
                {
                    throw new IOException("Sending a descriptor failed.", Errno.ToSocketException(error));
                }
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
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
