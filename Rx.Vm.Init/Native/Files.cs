using System.Runtime.InteropServices;

namespace Rx.Vm.Init.Native;

/// <summary>Small files and directories of proc, sys and images, read with a bound and without waiting.</summary>
internal static unsafe class Files
{
    /// <summary>Up to <paramref name="limit"/> bytes of a file; null if it cannot be opened or read.</summary>
    public static byte[]? TryRead(string path, int limit)
    {
        // Non-blocking: an image may hold a FIFO where a file is expected.
        var fd = Libc.open(path, Abi.ReadOnly | Abi.NonBlocking | Abi.NoControllingTty | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return null;
        }

        try
        {
            return Drain(fd, limit);
        }
        finally
        {
            Fd.Close(ref fd);
        }
    }

    /// <summary>Writes a short text into a file of proc or sys; false if that failed.</summary>
    public static bool TryWrite(string path, ReadOnlySpan<byte> text)
    {
        var fd = Libc.open(path, Abi.WriteOnly | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return false;
        }

        var written = Fd.Write(fd, text);
        Fd.Close(ref fd);
        return written == text.Length;
    }

    /// <summary>The names in a directory, at most <paramref name="limit"/>; empty if it cannot be read.</summary>
    public static List<string> Names(string directory, int limit = 4096)
    {
        var names = new List<string>();
        var fd = Libc.open(directory, Abi.ReadOnly | Abi.Directory | Abi.CloseOnExec, 0);
        if (fd < 0)
        {
            return names;
        }

        var buffer = stackalloc byte[4096];
        nint filled;
        while (names.Count < limit && (filled = Libc.syscall(Abi.SysGetDents64, fd, (nint)buffer, 4096)) > 0)
        {
            AddNames(names, buffer, filled);
        }

        Fd.Close(ref fd);
        return names;
    }

    /// <summary>Makes a directory with its parents; existing ones are fine.</summary>
    public static void MakeDirectories(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            MakeDirectory(path[..slash]);
        }

        MakeDirectory(path);
    }

    private static void MakeDirectory(string path)
    {
        if (Libc.mkdir(path, 0x1ed) < 0 && Fd.LastError != Abi.Eexist)
        {
            throw new SystemCallException($"mkdir {path}", Fd.LastError);
        }
    }

    private static void AddNames(List<string> names, byte* entries, nint filled)
    {
        // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, then the name.
        for (nint at = 0; at < filled; at += *(ushort*)(entries + at + 16))
        {
            var name = Marshal.PtrToStringUTF8((nint)(entries + at + 19));
            if (name is not (null or "." or ".."))
            {
                names.Add(name);
            }
        }
    }

    private static byte[]? Drain(int fd, int limit)
    {
        var buffer = new byte[Math.Min(limit, 4096)];
        var filled = 0;
        while (true)
        {
            var count = Fd.Read(fd, buffer.AsSpan(filled));
            if (count < 0)
            {
                return null;
            }

            filled += count;
            if (count == 0 || filled == limit)
            {
                return buffer[..filled];
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(limit, 2 * buffer.Length));
            }
        }
    }
}
