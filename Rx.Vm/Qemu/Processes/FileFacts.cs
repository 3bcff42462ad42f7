using System.Runtime.InteropServices;

namespace Rx.Vm.Qemu.Processes;

/// <summary>The kernel's <c>struct statx</c>, as far as it is used; 256 bytes on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileFacts
{
    public const int EmptyPath = 0x1000;
    public const int NoFollow = 0x100;
    public const uint Basic = 0x7ff;

    private const int TypeMask = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int LinkType = 0xA000;
    private const int RegularType = 0x8000;

    [FieldOffset(20)] public uint Owner;
    [FieldOffset(24)] public uint Group;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    public readonly bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    public readonly bool IsLink => (Mode & TypeMask) == LinkType;

    public readonly bool IsRegular => (Mode & TypeMask) == RegularType;

    /// <summary>Whether group or others may write.</summary>
    public readonly bool WritableByOthers => (Mode & 0x12) != 0;

    public readonly bool IsSameFile(in FileFacts other) =>
        Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;
}
