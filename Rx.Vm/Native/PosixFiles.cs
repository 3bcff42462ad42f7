using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Native;

/// <summary>What the base library does not do with files, or does without telling its errors: make durable, lock, tell apart.</summary>
internal static unsafe class PosixFiles
{
    private const int LockExclusiveNonBlocking = 2 | 4;
    private const int LockSharedNonBlocking = 1 | 4;
    private const int LockRelease = 8;
    private const int GetRangeLock = 36;
    private const int SetRangeLock = 37;
    private const short RangeWriteLock = 1;
    private const short RangeUnlocked = 2;
    private const uint OwnerReadWrite = 0x180;

    /// <summary>Makes the content of a file or directory durable; unlike the base library it reports failure.</summary>
    public static void Sync(SafeFileHandle handle, string path)
    {
        if (Libc.fsync(handle) != 0)
        {
            throw Failure("fsync", path);
        }
    }

    /// <summary>Makes a rename inside a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        // FileStream refuses directories, a plain open does not.
        using var handle = Libc.open(path, Libc.OpenCloseOnExec);
        if (handle.IsInvalid)
        {
            throw Failure("open", path);
        }

        Sync(handle, path);
    }

    /// <summary>
    /// Opens a file to lock it. The base library takes a lock of its own on every file it opens for reading, shared or not, so it
    /// would answer for a locked file that another process uses it.
    /// </summary>
    public static SafeFileHandle OpenForLock(string path)
    {
        var handle = Libc.open(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, OwnerReadWrite);
        if (handle.IsInvalid)
        {
            throw Failure("open", path);
        }

        return handle;
    }

    /// <summary>Takes the lock of an open file if nobody has it. It goes with the handle, also when the process is killed.</summary>
    public static bool TryLock(SafeFileHandle handle, string path, bool shared = false)
    {
        if (Libc.flock(handle, shared ? LockSharedNonBlocking : LockExclusiveNonBlocking) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Libc.TryAgain ? false : throw Failure("flock", path);
    }

    /// <summary>Whether anybody has locked a range of the file, shared or not, as QEMU does with every disk it has opened.</summary>
    public static bool IsRangeLocked(SafeFileHandle handle, string path)
    {
        var asked = new RangeLock { Type = RangeWriteLock };
        return Libc.fcntl(handle, GetRangeLock, (nint)(&asked)) == 0 ? asked.Type != RangeUnlocked : throw Failure("fcntl", path);
    }

    /// <summary>
    /// Locks the whole of a file that is open for writing, unless somebody has. Beside the other lock, which the base library takes for
    /// everybody who reads. It goes with the handle, also when the process is killed.
    /// </summary>
    /// <returns>False when somebody has; true also where the file system has no locks.</returns>
    public static bool TryLockRange(SafeFileHandle handle)
    {
        var wanted = new RangeLock { Type = RangeWriteLock };
        return Libc.fcntl(handle, SetRangeLock, (nint)(&wanted)) == 0
            || Marshal.GetLastPInvokeError() is not (Libc.TryAgain or Libc.AccessDenied);
    }

    /// <summary>
    /// Gives the lock back. Closing alone would not do at once: a child that was just forked elsewhere in this process has the same
    /// open file until it executes its program.
    /// </summary>
    public static void Unlock(SafeFileHandle handle) => _ = Libc.flock(handle, LockRelease);

    /// <summary>What is at a path, without following a symbolic link in its last part; null when nothing is.</summary>
    public static FileStamp? Stamp(string path)
    {
        if (Libc.statx(Libc.CurrentDirectory, path, Libc.NoFollow, out var data) == 0)
        {
            return FileStamp.From(data);
        }

        return Marshal.GetLastPInvokeError() is Libc.NoSuchFile or Libc.NotADirectory ? null : throw Failure("statx", path);
    }

    /// <summary>What an open file is.</summary>
    public static FileStamp Stamp(SafeFileHandle handle, string path) =>
        Libc.statx(handle, "", Libc.EmptyPath, out var data) == 0 ? FileStamp.From(data) : throw Failure("statx", path);

    /// <summary>The absolute path without symbolic links; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var result = Libc.realpath(path, null);
        if (result is null)
        {
            return Marshal.GetLastPInvokeError() is Libc.NoSuchFile or Libc.NotADirectory ? null : throw Failure("realpath", path);
        }

        try
        {
            return Marshal.PtrToStringUTF8((nint)result);
        }
        finally
        {
            Libc.free(result);
        }
    }

    /// <summary>Whether an I/O error means a full disk or quota.</summary>
    public static bool IsDiskFull(Exception? error) => error switch
    {
        Win32Exception native => native.NativeErrorCode is Libc.NoSpace or Libc.QuotaExceeded,
        IOException io => (io.HResult & 0xffff) is Libc.NoSpace or Libc.QuotaExceeded || IsDiskFull(io.InnerException),
        _ => false,
    };

    /// <summary>Whether an I/O error means that nobody reads the other end any more.</summary>
    public static bool IsBrokenPipe(IOException error) =>
        (error.HResult & 0xffff) == Libc.BrokenPipe || error.InnerException is Win32Exception { NativeErrorCode: Libc.BrokenPipe };

    /// <summary>The error of the call before this one, with what it was about.</summary>
    public static IOException Failure(string call, string path)
    {
        var native = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{call} '{path}': {native.Message}", native);
    }

    // The kernel's struct flock on machines with 64 bits; all zero is the whole file.
    [StructLayout(LayoutKind.Sequential)]
    private struct RangeLock
    {
        public short Type;
        public short From;
        public long Start;
        public long Length;
        public int Process;
    }
}
