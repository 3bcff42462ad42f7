using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>One process, held by its pidfd: signals reach it or nobody, and its end is readable on the descriptor.</summary>
internal sealed class ProcessHandle : IDisposable
{
    private const int ByPid = 1;
    private const int ByPidFd = 3;
    private const int WaitExited = 4;
    private const int WaitExitedNoHang = WaitExited | 1;
    private const int CodeExited = 1;

    private readonly SafeFileHandle _pidfd;

    private ProcessHandle(SafeFileHandle pidfd, ProcessIdentity identity)
    {
        _pidfd = pidfd;
        Identity = identity;
    }

    public ProcessIdentity Identity { get; }

    public SafeFileHandle Descriptor => _pidfd;

    /// <summary>Takes hold of a child just started. A zombie is fine; a child that someone else reaped already is not.</summary>
    /// <exception cref="IOException">There is no such process any more, or the kernel has no pidfds (before 5.3).</exception>
    public static ProcessHandle OfChild(int pid)
    {
        if (Open(pid, ProcessFeatures.Current, out var error) is { } handle)
        {
            return handle;
        }

        // Nobody else may be left to end it. Its pid cannot be reused before it is waited for, so for a child the bare pid is safe.
        _ = Libc.kill(pid, Libc.SigKill);
        Reap(ByPid, pid);
        throw new IOException(error == Libc.NoSuchCall
            ? "this kernel has no pidfds; Linux 5.4 or later is needed"
            : $"process {pid} cannot be held: {Libc.Describe(error)}");
    }

    /// <summary>Takes hold of a recorded process.</summary>
    /// <returns>Null when it is gone: other boot, no such pid, or the pid belongs to another process by now.</returns>
    /// <exception cref="IOException">Whether it is gone cannot be told: too few descriptors, for one.</exception>
    public static ProcessHandle? OfRecord(ProcessIdentity recorded, ProcessFeatures? features = null)
    {
        features ??= ProcessFeatures.Current;
        if (recorded.BootId != ProcFs.BootId || recorded.Pid <= 0)
        {
            return null;
        }

        // Hold first, compare then: what is held cannot change under the comparison.
        var handle = Open(recorded.Pid, features, out var error);
        if (handle is null)
        {
            return IsGone(error) ? null : throw new IOException($"process {recorded.Pid} cannot be looked at: {Libc.Describe(error)}");
        }

        if (IsSame(recorded, handle.Identity) && !handle.HasExited)
        {
            return handle;
        }

        var cannotTell = handle.Identity is { PidfsInode: 0, StartTicks: 0 } && !handle.HasExited;
        handle.Dispose();
        return cannotTell ? throw new IOException($"process {recorded.Pid} cannot be looked at: /proc/{recorded.Pid}/stat cannot be read") : null;
    }

    /// <summary>Whether an error of holding a process says that it is gone: there is none, no process can have such a number, or only a thread
    /// of another has.</summary>
    public static bool IsGone(int error) => error is Libc.NoSuchProcess or Libc.Invalid or Libc.NoSuchFile;

    /// <summary>Whether two identities mean one process; by inode where both have one, else by the start tick.</summary>
    public static bool IsSame(ProcessIdentity a, ProcessIdentity b) =>
        a.Pid == b.Pid && a.BootId == b.BootId
        && (a.PidfsInode != 0 && b.PidfsInode != 0 ? a.PidfsInode == b.PidfsInode : a.StartTicks == b.StartTicks && a.StartTicks != 0);

    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = Identify();

    /// <summary>
    /// Whether only a zombie or nothing is left: all of its threads have ended. Signal 0 would call a zombie alive; the state in
    /// <c>/proc</c> is that of the first thread, and may say zombie of a process whose other threads run on.
    /// </summary>
    public unsafe bool HasExited
    {
        get
        {
            var entry = new Libc.PollEntry { Descriptor = (int)_pidfd.DangerousGetHandle(), Wanted = Libc.PollEntry.Readable };
            return Libc.poll(&entry, 1, 0) > 0;
        }
    }

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    /// <exception cref="IOException">The kernel refuses the signal, for example to a process of another user.</exception>
    public void Signal(int signal)
    {
        if (Libc.pidfd_send_signal(_pidfd, signal) is var error and not 0 and not Libc.NoSuchProcess)
        {
            throw new IOException($"signal {signal} to process {Identity.Pid}: {Libc.Describe(error)}");
        }
    }

    /// <summary>
    /// How it ended; call once its descriptor became readable. Reaps a child; takes the zombie's word or the kernel's for any other.
    /// </summary>
    public MachineExit Collect(string lastWords) =>
        WaitForChild(lastWords) ?? FromStatus(AskZombie() ?? PidFdInfo.WaitStatus(_pidfd), lastWords);

    /// <summary>
    /// Ends a child and waits for it, for the rare case that it cannot be watched. Blocks for as long as the kernel needs to end it; one
    /// that may not be ended is not waited for.
    /// </summary>
    public void KillAndReap()
    {
        if (Libc.pidfd_send_signal(_pidfd, Libc.SigKill) is 0 or Libc.NoSuchProcess)
        {
            Reap(ByPidFd, (int)_pidfd.DangerousGetHandle());
        }
    }

    public void Dispose() => _pidfd.Dispose();

    private static unsafe void Reap(int idType, int id)
    {
        var info = stackalloc byte[128];
        while (Libc.waitid(idType, id, info, WaitExited) < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted)
        {
        }
    }

    private unsafe MachineExit? WaitForChild(string lastWords)
    {
        var info = stackalloc byte[128];
        NativeMemory.Clear(info, 128);
        int result;
        do
        {
            result = Libc.waitid(ByPidFd, (int)_pidfd.DangerousGetHandle(), info, WaitExitedNoHang);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);

        // Not our child, or reaped behind our back (SIGCHLD ignored in this process): the other ways still know.
        if (result < 0 || *(int*)info == 0)
        {
            return null;
        }

        var status = *(int*)(info + 24);
        return *(int*)(info + 8) == CodeExited ? MachineExit.WithCode(status, lastWords) : MachineExit.BySignal(status, lastWords);
    }

    // A zombie's pid cannot be reused, and signal 0 succeeds until it is reaped: if it still does after the read, the read was about our
    // process.
    private int? AskZombie() =>
        ProcFs.Stat(Identity.Pid) is { IsZombie: true } stat && Libc.pidfd_send_signal(_pidfd, 0) == 0 ? stat.WaitStatus : null;

    private static MachineExit FromStatus(int? status, string lastWords) => status switch
    {
        null => MachineExit.Unknown(lastWords),
        { } value when (value & 0x7f) != 0 => MachineExit.BySignal(value & 0x7f, lastWords),
        { } value => MachineExit.WithCode((value >> 8) & 0xff, lastWords),
    };

    private static ProcessIdentity Identify()
    {
        using var handle = Open(Environment.ProcessId, ProcessFeatures.Current, out _);
        return handle?.Identity
            ?? new ProcessIdentity(Environment.ProcessId, 0, ProcFs.Stat(Environment.ProcessId)?.StartTicks ?? 0, ProcFs.BootId);
    }

    private static ProcessHandle? Open(int pid, ProcessFeatures features, out int error)
    {
        var pidfd = Libc.pidfd_open(pid, out error);
        if (error != 0)
        {
            pidfd.Dispose();
            return null;
        }

        var inode = features.Pidfs && Libc.statx(pidfd, "", Libc.EmptyPath, out var facts) == 0 ? facts.Inode : 0;
        return new ProcessHandle(pidfd, new ProcessIdentity(pid, inode, ProcFs.Stat(pid)?.StartTicks ?? 0, ProcFs.BootId));
    }
}
