using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Images.Archives;

namespace Rx.Vm.Images;

/// <summary>
/// The calls by which folders of the host are read. Paths are bytes, held as <see cref="ByteText"/>: the base library skips or mangles names
/// that are not UTF-8.
/// </summary>
internal static partial class Posix
{
    private const int ErrorNoData = 61;
    private const int ErrorNotSupported = 95;
    private const int OpenNoFollow = 0x20000;
    private const int OpenNonBlocking = 0x800;
    private const int MaxLinkBytes = 4096;
    private const int MaxAttributeBytes = 64 * 1024;

    // Of glibc's and musl's struct dirent on machines with 64 bits.
    private const int NameOffset = 19;

    /// <summary>The names in a folder, without "." and "..".</summary>
    public static List<string> List(string path)
    {
        var directory = OpenDirectory(Terminated(path));
        if (directory == 0)
        {
            throw Failure("opendir", ByteText.Shown(path));
        }

        try
        {
            var names = new List<string>();
            while (ReadDirectory(directory) is var entry && entry != 0)
            {
                if (NameAt(entry + NameOffset) is var name && name is not ("." or ".."))
                {
                    names.Add(name);
                }
            }

            return Marshal.GetLastPInvokeError() == 0 ? names : throw Failure("readdir", ByteText.Shown(path));
        }
        finally
        {
            _ = CloseDirectory(directory);
        }
    }

    /// <summary>What is at a path, without following a symbolic link in its last part; null when nothing is.</summary>
    public static FileStamp? StampBytes(string path)
    {
        if (StatX(AtCurrentDirectory, Terminated(path), AtSymlinkNoFollow, BasicStats, out var data) == 0)
        {
            return FileStamp.From(data);
        }

        return Marshal.GetLastPInvokeError() is ErrorNotFound or ErrorNotADirectory ? null : throw Failure("statx", ByteText.Shown(path));
    }

    /// <summary>The target of a symbolic link.</summary>
    public static string ReadLink(string path)
    {
        var buffer = new byte[MaxLinkBytes];
        var length = ReadLink(Terminated(path), buffer, buffer.Length);
        return length >= 0 ? ByteText.From(buffer.AsSpan(0, (int)length)) : throw Failure("readlink", ByteText.Shown(path));
    }

    /// <summary>The extended attributes of a file, links not followed; none where the file system has none.</summary>
    public static List<KeyValuePair<string, string>> Attributes(string path)
    {
        var found = new List<KeyValuePair<string, string>>();
        var file = Terminated(path);
        var names = new byte[MaxAttributeBytes];
        var length = ListAttributes(file, names, names.Length);
        if (length < 0)
        {
            return Marshal.GetLastPInvokeError() == ErrorNotSupported ? found : throw Failure("llistxattr", ByteText.Shown(path));
        }

        foreach (var name in ByteText.From(names.AsSpan(0, (int)length)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = new byte[MaxAttributeBytes];
            var size = GetAttribute(file, Terminated(name), value, value.Length);
            if (size >= 0)
            {
                found.Add(new(name, ByteText.From(value.AsSpan(0, (int)size))));
            }
            else if (Marshal.GetLastPInvokeError() is not (ErrorNoData or ErrorNotSupported))
            {
                throw Failure("lgetxattr", ByteText.Shown(path));
            }
        }

        return found;
    }

    /// <summary>Opens a file to read it: never a link, and never waiting for the other end of a pipe.</summary>
    public static SafeFileHandle OpenForRead(string path)
    {
        var handle = Open(Terminated(path), OpenNoFollow | OpenNonBlocking | OpenCloseOnExec, 0);
        if (handle.IsInvalid)
        {
            throw Failure("open", ByteText.Shown(path));
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

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenDirectory(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static partial nint ReadDirectory(nint directory);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint directory);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial SafeFileHandle Open(byte[] path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int directory, byte[] path, int flags, uint mask, out StatXData data);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static partial nint ReadLink(byte[] path, byte[] buffer, nint size);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static partial nint ListAttributes(byte[] path, byte[] list, nint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint GetAttribute(byte[] path, byte[] name, byte[] value, nint size);
}
