using System.Runtime.InteropServices;

namespace Rx.Vm.Init.Native;

/// <summary>Messages with descriptors over a unix socket (SCM_RIGHTS).</summary>
internal static unsafe class Descriptors
{
    /// <summary>Most descriptors of one message.</summary>
    public const int Max = 4;

    // struct cmsghdr: length 8, level 4, type 4, then the descriptors.
    private const int HeaderBytes = 16;

    /// <summary>Sends one message, or throws.</summary>
    public static void Send(int socket, ReadOnlySpan<byte> text, ReadOnlySpan<int> fds)
    {
        var control = stackalloc byte[HeaderBytes + (4 * Max)];
        new Span<byte>(control, HeaderBytes + (4 * Max)).Clear();
        *(nint*)control = HeaderBytes + (4 * fds.Length);
        ((int*)control)[2] = Abi.SocketLevel;
        ((int*)control)[3] = Abi.PassDescriptors;
        fds.CopyTo(new Span<int>(control + HeaderBytes, Max));
        fixed (byte* start = text)
        {
            var vector = new IoVector { Base = start, Length = text.Length };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (!fds.IsEmpty)
            {
                message.Control = control;
                message.ControlLength = HeaderBytes + (4 * ((fds.Length + 1) & ~1));
            }

            SystemCallException.Check(Libc.sendmsg(socket, &message, Abi.NoSignal), "send the set-up report");
        }
    }

    /// <summary>Receives one message: its length, 0 at the end, or <see cref="Fd.Again"/> or <see cref="Fd.Failed"/>.</summary>
    public static int Receive(int socket, Span<byte> text, List<int> fds)
    {
        var control = stackalloc byte[HeaderBytes + (4 * Max)];
        fixed (byte* start = text)
        {
            var vector = new IoVector { Base = start, Length = text.Length };
            var message = new MessageHeader
            {
                Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderBytes + (4 * Max),
            };
            var count = Libc.recvmsg(socket, &message, Abi.ReceiveCloseOnExec);
            if (count < 0)
            {
                return Marshal.GetLastPInvokeError() == Abi.Eagain ? Fd.Again : Fd.Failed;
            }

            if (message.ControlLength >= HeaderBytes && ((int*)control)[2] == Abi.SocketLevel && ((int*)control)[3] == Abi.PassDescriptors)
            {
                var passed = (int)((*(nint*)control - HeaderBytes) / 4);
                fds.AddRange(new ReadOnlySpan<int>(control + HeaderBytes, Math.Min(passed, Max)));
            }

            return (int)count;
        }
    }
}
