using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Qemu;

/// <summary>
/// A file that is opened here and read by a process of another user, which could not reach it: kernel and initramfs lie in directories of
/// this user alone.
/// </summary>
internal static class HandedFile
{
    private const int ReadableByOthers = 4;

    /// <summary>Opens a file for the child to open again through <c>/proc/self/fd</c>.</summary>
    /// <exception cref="IOException">It can't be opened or read.</exception>
    public static SafeFileHandle Open(string path)
    {
        var (file, facts) = OpenOrdinary(path);
        if ((facts.Mode & ReadableByOthers) != 0)
        {
            return file;
        }

        // Opening it again asks for its own permissions, which a copy in memory does not have.
        using (file)
        {
            return Copy(file, path);
        }
    }

    /// <summary>Opens an image whose descriptor itself is used.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    public static SafeFileHandle OpenImage(string path) => OpenOrdinary(path).File;

    /// <summary>Whether the machine's process runs as another user than this one, so that it can't reach files by their paths.</summary>
    public static bool IsOtherUser(this HandedOutMachine machine) => machine.Confinement is { } c && c.Uid != Libc.geteuid();

    // A pipe would be waited for, and what a device gives has no end.
    private static (SafeFileHandle File, FileFacts Facts) OpenOrdinary(string path)
    {
        var file = Libc.open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking);
        if (file.IsInvalid)
        {
            throw new IOException($"'{path}': {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }

        if (Libc.statx(file, "", Libc.EmptyPath, out var facts) == 0 && facts.IsRegular)
        {
            return (file, facts);
        }

        file.Dispose();
        throw new IOException($"'{path}' is no ordinary file");
    }

    private static SafeFileHandle Copy(SafeFileHandle file, string path)
    {
        var copy = MemoryFile.New("rxvm-boot");
        if (copy.IsInvalid)
        {
            throw new IOException($"a copy of '{path}': {Libc.Describe(Marshal.GetLastPInvokeError())}");
        }

        try
        {
            var buffer = new byte[1 << 20];
            var offset = 0L;
            while (RandomAccess.Read(file, buffer, offset) is > 0 and var count)
            {
                RandomAccess.Write(copy, buffer.AsSpan(0, count), offset);
                offset += count;
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
