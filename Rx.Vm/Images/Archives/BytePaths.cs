using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;

namespace Rx.Vm.Images.Archives;

/// <summary>
/// The calls by which folders of the host are read. Paths are bytes, held as <see cref="ByteText"/>: the base library skips or mangles names
/// that are not UTF-8.
/// </summary>
internal static class BytePaths
{
    private const int MaxLinkBytes = 4096;
    private const int MaxAttributeBytes = 64 * 1024;

    // Of glibc's and musl's struct dirent on machines with 64 bits.
    private const int NameOffset = 19;

    /// <summary>The names in a folder, without "." and "..".</summary>
    public static List<string> List(string path)
    {
        var directory = Libc.opendir(Terminated(path));
        if (directory == 0)
        {
            throw PosixFiles.Failure("opendir", ByteText.Shown(path));
        }

        try
        {
            var names = new List<string>();
            while (Libc.readdir(directory) is var entry && entry != 0)
            {
                if (NameAt(entry + NameOffset) is var name && name is not ("." or ".."))
                {
                    names.Add(name);
                }
            }

            return Marshal.GetLastPInvokeError() == 0 ? names : throw PosixFiles.Failure("readdir", ByteText.Shown(path));
        }
        finally
        {
            _ = Libc.closedir(directory);
        }
    }

    /// <summary>What is at a path, without following a symbolic link in its last part; null when nothing is.</summary>
    public static FileStamp? Stamp(string path)
    {
        if (Libc.statx(Libc.CurrentDirectory, Terminated(path), Libc.NoFollow, FileFacts.Basic, out var data) == 0)
        {
            return FileStamp.From(data);
        }

        return Marshal.GetLastPInvokeError() is Libc.NoSuchFile or Libc.NotADirectory ? null : throw PosixFiles.Failure("statx", ByteText.Shown(path));
    }

    /// <summary>The target of a symbolic link.</summary>
    public static string ReadLink(string path)
    {
        var buffer = new byte[MaxLinkBytes];
        var length = Libc.readlink(Terminated(path), buffer, buffer.Length);
        return length >= 0 ? ByteText.From(buffer.AsSpan(0, (int)length)) : throw PosixFiles.Failure("readlink", ByteText.Shown(path));
    }

    /// <summary>The extended attributes of a file, links not followed; none where the file system has none.</summary>
    public static List<KeyValuePair<string, string>> Attributes(string path)
    {
        var found = new List<KeyValuePair<string, string>>();
        var file = Terminated(path);
        var names = new byte[MaxAttributeBytes];
        var length = Libc.llistxattr(file, names, names.Length);
        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() == Libc.NotSupported ? found : throw PosixFiles.Failure("llistxattr", ByteText.Shown(path));
        }

        foreach (var name in ByteText.From(names.AsSpan(0, (int)length)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = new byte[MaxAttributeBytes];
            var size = Libc.lgetxattr(file, Terminated(name), value, value.Length);
            if (size >= 0)
            {
                found.Add(new(name, ByteText.From(value.AsSpan(0, (int)size))));
            }
            else if (Marshal.GetLastPInvokeError() is not (Libc.NoData or Libc.NotSupported))
            {
                throw PosixFiles.Failure("lgetxattr", ByteText.Shown(path));
            }
        }

        return found;
    }

    /// <summary>Opens a file to read it: never a link, and never waiting for the other end of a pipe.</summary>
    public static SafeFileHandle OpenForRead(string path)
    {
        var handle = Libc.open(Terminated(path), Libc.OpenNoFollow | Libc.OpenNonBlocking | Libc.OpenCloseOnExec, 0);
        if (handle.IsInvalid)
        {
            throw PosixFiles.Failure("open", ByteText.Shown(path));
        }

        return handle;
    }

    private static byte[] Terminated(string text) => [.. ByteText.Bytes(text), 0];

    private static string NameAt(nint address)
    {
        var length = 0;
        while (Marshal.ReadByte(address, length) != 0)
        {
            length++;
        }

        var bytes = new byte[length];
        Marshal.Copy(address, bytes, 0, length);
        return ByteText.From(bytes);
    }
}
