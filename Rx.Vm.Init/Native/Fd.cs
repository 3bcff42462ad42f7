using System.Runtime.InteropServices;

namespace Rx.Vm.Init.Native;

/// <summary>
/// Plain descriptors. SafeHandles are of no use here: descriptors live in an event loop with one owner each, and a finalizer that
/// closes a reused number in PID 1 would be a disaster. Every descriptor is close-on-exec.
/// </summary>
internal static unsafe class Fd
{
    /// <summary>What <see cref="Read"/> and <see cref="Write"/> return when the descriptor would block.</summary>
    public const int Again = -1;

    /// <summary>What they return on any other error; <see cref="LastError"/> has it.</summary>
    public const int Failed = -2;

    /// <summary>The error number of the last failure.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>Opens, or throws naming the path.</summary>
    public static int Open(string path, int flags) =>
        SystemCallException.Check(Libc.open(path, flags | Abi.CloseOnExec, 0), $"open {path}");

    /// <summary>Reads once: the count, 0 at the end, <see cref="Again"/> or <see cref="Failed"/>.</summary>
    public static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = Libc.read(fd, start, buffer.Length);
            }
            while (count < 0 && LastError == Abi.Eintr);

            return count >= 0 ? (int)count : LastError == Abi.Eagain ? Again : Failed;
        }
    }

    /// <summary>Writes once: the count, <see cref="Again"/> or <see cref="Failed"/>.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            do
            {
                count = Libc.write(fd, start, bytes.Length);
            }
            while (count < 0 && LastError == Abi.Eintr);

            return count >= 0 ? (int)count : LastError == Abi.Eagain ? Again : Failed;
        }
    }

    /// <summary>Closes; -1 is nothing to close. The variable is set to -1 so that nothing is closed twice.</summary>
    public static void Close(ref int fd)
    {
        if (fd >= 0)
        {
            _ = Libc.close(fd);
            fd = -1;
        }
    }

    /// <summary>A pipe: what is written to the second is read from the first.</summary>
    public static (int Reader, int Writer) Pipe()
    {
        var ends = stackalloc int[2];
        SystemCallException.Check(Libc.pipe2(ends, Abi.CloseOnExec), "pipe");
        return (ends[0], ends[1]);
    }

    /// <summary>Makes reads and writes return <see cref="Again"/> instead of waiting.</summary>
    public static void SetNonBlocking(int fd)
    {
        var flags = SystemCallException.Check(Libc.fcntl(fd, Abi.GetStatusFlags, 0), "fcntl");
        SystemCallException.Check(Libc.fcntl(fd, Abi.SetStatusFlags, flags | Abi.NonBlocking), "fcntl");
    }
}
