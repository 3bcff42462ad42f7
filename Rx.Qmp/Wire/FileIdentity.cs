using System.Runtime.InteropServices;
using Rx.Qmp.Native;

namespace Rx.Qmp.Wire;

/// <summary>Which file a path leads to. The default value is no file. Linux only.</summary>
/// <param name="Device">The file system's device.</param>
/// <param name="Number">The file's number on it.</param>
/// <param name="Mode">Its kind, as in st_mode.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number, ushort Mode)
{
    private const int CurrentDirectory = -100;
    private const int NotThroughLinks = 0x100;
    private const uint KindAndNumber = 0x1 | 0x100;
    private const int BufferBytes = 256;
    private const int ModeAt = 28;
    private const int NumberAt = 32;
    private const int DeviceAt = 136;

    public bool IsSocket => (Mode & 0xF000) == 0xC000;

    /// <summary>Looks at a path without following a link at its end.</summary>
    public static unsafe FileIdentity Read(string path)
    {
        // statx has the same layout on every processor, which stat has not.
        var buffer = stackalloc byte[BufferBytes];
        if (Libc.statx(CurrentDirectory, path, NotThroughLinks, KindAndNumber, buffer) != 0)
        {
            return default;
        }

        var found = new ReadOnlySpan<byte>(buffer, BufferBytes);

        // The permissions are left out: changing them does not make it another file.
        return new FileIdentity(
            MemoryMarshal.Read<ulong>(found[DeviceAt..]),
            MemoryMarshal.Read<ulong>(found[NumberAt..]),
            (ushort)(MemoryMarshal.Read<ushort>(found[ModeAt..]) & 0xF000));
    }
}
