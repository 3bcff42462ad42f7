using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>
/// Ends children with this process, however it ends. This process alone can write to a pipe; each child holds a reader of its own, and the
/// kernel is asked to send SIGKILL to the child when anything happens on that reader. Nothing ever does, until the last writer is gone.
/// <code>
/// this process ── writer ──┬── reader of machine 1   (O_ASYNC, owner: machine 1, signal: SIGKILL)
///                          └── reader of machine 2   (O_ASYNC, owner: machine 2, signal: SIGKILL)
/// </code>
/// Costs this process one descriptor for all machines. Needs no helper process, no thread that must live, and no answer of the child,
/// which may be stopped or stuck.
/// </summary>
/// <remarks>
/// The writer is closed by an exec, so a process that becomes another program ends its machines; a copy made by <c>fork</c> without exec
/// keeps them until it ends too. A child that was taken over by its guest could close its reader, as it could undo any such tie: the next
/// <c>rxvm gc</c> finds it.
/// </remarks>
internal static class Lifeline
{
    private const int SetFlags = 4;
    private const int SetOwner = 8;
    private const int SetSignal = 10;
    private const int SignalAndDoNotBlock = 0x2000 | Libc.OpenNonBlocking;

    private static readonly Lock Gate = new();
    private static SafeFileHandle? _writer;

    /// <summary>A reader for one child, close-on-exec here. Inherited by the child and closed here after <see cref="Tie"/>.</summary>
    /// <exception cref="IOException">The kernel refuses another descriptor, or <c>/proc</c> is not there.</exception>
    public static SafeFileHandle NewReader()
    {
        // A second opening of the same pipe: owner and signal belong to an opening, not to the pipe.
        var reader = Libc.open(
            $"/proc/self/fd/{Writer().DangerousGetHandle()}", Libc.OpenReadOnly | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        if (!reader.IsInvalid)
        {
            return reader;
        }

        var error = Marshal.GetLastPInvokeError();
        reader.Dispose();
        throw new IOException($"lifeline: {Libc.Describe(error)}");
    }

    /// <summary>From now on the child ends with this process. The owner is kept as a process, not as a number, so a reused pid is
    /// safe.</summary>
    /// <param name="reader">What the child has inherited.</param>
    /// <param name="pid">The child, not yet waited for.</param>
    /// <param name="user">Whom it runs as; null for this process's user.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Tie(SafeFileHandle reader, int pid, QemuUser? user)
    {
        var error = Control(reader, SetSignal, Libc.SigKill);
        if (error == 0)
        {
            error = user is null || SignalRights.ReachEveryUser ? Control(reader, SetOwner, pid)
                : SignalRights.As(user.Uid, () => Control(reader, SetOwner, pid));
        }

        if (error == 0)
        {
            error = Control(reader, SetFlags, SignalAndDoNotBlock);
        }

        if (error != 0)
        {
            throw new IOException($"process {pid} cannot be tied to this one: {Libc.Describe(error)}");
        }
    }

    private static int Control(SafeFileHandle reader, int command, nint argument) =>
        Libc.fcntl(reader, command, argument) == 0 ? 0 : Marshal.GetLastPInvokeError();

    // Made with the first child and never closed: closing it is what ends them. One that could not be made is tried again.
    private static unsafe SafeFileHandle Writer()
    {
        lock (Gate)
        {
            if (_writer is { } made)
            {
                return made;
            }

            var ends = stackalloc int[2];
            if (Libc.pipe2(ends, Libc.OpenCloseOnExec) != 0)
            {
                throw new IOException($"pipe: {Libc.Describe(Marshal.GetLastPInvokeError())}");
            }

            _ = Libc.close(ends[0]);
            return _writer = new SafeFileHandle(ends[1], ownsHandle: true);
        }
    }
}
