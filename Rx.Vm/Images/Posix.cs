using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Images;

/// <summary>The few system calls the base library does not offer, or offers without their errors.</summary>
internal static partial class Posix
{
    public const int ErrorNotFound = 2;
    public const int ErrorTryAgain = 11;
    public const int ErrorNotADirectory = 20;
    public const int ErrorNoSpace = 28;
    public const int ErrorBrokenPipe = 32;
    public const int ErrorQuota = 122;

    private const int AtCurrentDirectory = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int LockExclusiveNonBlocking = 2 | 4;
    private const int LockSharedNonBlocking = 1 | 4;
    private const int GetRangeLock = 36;
    private const short RangeWriteLock = 1;
    private const short RangeUnlocked = 2;
    private const int LockRelease = 8;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>Makes the content of a file or directory durable; unlike the base library it reports failure.</summary>
    public static void Sync(SafeFileHandle handle, string path)
    {
        if (FSync(handle) != 0)
        {
            throw Failure("fsync", path);
        }
    }

    /// <summary>Makes a rename inside a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        // FileStream refuses directories, a plain open does not.
        using var handle = Open(path, OpenCloseOnExec, 0);
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
        var handle = Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, 0x180);
        if (handle.IsInvalid)
        {
            throw Failure("open", path);
        }

        return handle;
    }

    /// <summary>Takes the lock of an open file if nobody has it. It goes with the handle, also when the process is killed.</summary>
    public static bool TryLock(SafeFileHandle handle, string path, bool shared = false)
    {
        if (FLock(handle, shared ? LockSharedNonBlocking : LockExclusiveNonBlocking) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == ErrorTryAgain ? false : throw Failure("flock", path);
    }

    /// <summary>Whether anybody has locked a range of the file, shared or not, as QEMU does with every disk it has opened.</summary>
    public static bool IsRangeLocked(SafeFileHandle handle, string path)
    {
        var asked = new RangeLock { Type = RangeWriteLock };
        return FControl(handle, GetRangeLock, ref asked) == 0 ? asked.Type != RangeUnlocked : throw Failure("fcntl", path);
    }

    /// <summary>
    /// Gives the lock back. Closing alone would not do at once: a child that was just forked elsewhere in this process has the same
    /// open file until it executes its program.
    /// </summary>
    public static void Unlock(SafeFileHandle handle) => _ = FLock(handle, LockRelease);

    /// <summary>What is at a path, without following a symbolic link in its last part; null when nothing is.</summary>
    public static FileStamp? Stamp(string path)
    {
        if (StatX(AtCurrentDirectory, path, AtSymlinkNoFollow, BasicStats, out var data) == 0)
        {
            return FileStamp.From(data);
        }

        return Marshal.GetLastPInvokeError() is ErrorNotFound or ErrorNotADirectory ? null : throw Failure("statx", path);
    }

    /// <summary>What an open file is.</summary>
    public static FileStamp Stamp(SafeFileHandle handle, string path)
    {
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            return StatX((int)handle.DangerousGetHandle(), "", AtEmptyPath, BasicStats, out var data) == 0
                ? FileStamp.From(data)
                : throw Failure("statx", path);
        }
        finally
        {
            if (added)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>The absolute path without symbolic links; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var result = RealPath(path, 0);
        if (result == 0)
        {
            return Marshal.GetLastPInvokeError() is ErrorNotFound or ErrorNotADirectory ? null : throw Failure("realpath", path);
        }

        try
        {
            return Marshal.PtrToStringUTF8(result);
        }
        finally
        {
            Free(result);
        }
    }

    /// <summary>The effective user.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>Whether an I/O error means a full disk or quota.</summary>
    public static bool IsDiskFull(Exception? error) => error switch
    {
        Win32Exception native => native.NativeErrorCode is ErrorNoSpace or ErrorQuota,
        IOException io => (io.HResult & 0xffff) is ErrorNoSpace or ErrorQuota || IsDiskFull(io.InnerException),
        _ => false,
    };

    private static IOException Failure(string call, string path)
    {
        var native = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"{call} '{path}': {native.Message}", native);
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FControl(SafeFileHandle handle, int command, ref RangeLock range);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out StatXData data);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint resolved);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint memory);

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
