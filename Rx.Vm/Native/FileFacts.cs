using System.Runtime.InteropServices;

namespace Rx.Vm.Native;

/// <summary><c>struct statx</c>, as far as it is used; 256 bytes, the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileFacts
{
    /// <summary>The mask that asks for all of this.</summary>
    public const uint Basic = 0x7ff;

    private const int TypeMask = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int RegularType = 0x8000;

    [FieldOffset(0x14)] public uint Uid;
    [FieldOffset(0x18)] public uint Gid;
    [FieldOffset(0x1c)] public ushort Mode;
    [FieldOffset(0x20)] public ulong Inode;
    [FieldOffset(0x28)] public ulong Size;
    [FieldOffset(0x60)] public long ChangeSeconds;
    [FieldOffset(0x68)] public uint ChangeNanoseconds;
    [FieldOffset(0x70)] public long ModifySeconds;
    [FieldOffset(0x78)] public uint ModifyNanoseconds;
    [FieldOffset(0x80)] public uint SpecialMajor;
    [FieldOffset(0x84)] public uint SpecialMinor;
    [FieldOffset(0x88)] public uint DeviceMajor;
    [FieldOffset(0x8c)] public uint DeviceMinor;

    public readonly bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    public readonly bool IsRegular => (Mode & TypeMask) == RegularType;

    /// <summary>Whether group or others may write.</summary>
    public readonly bool WritableByOthers => (Mode & 0x12) != 0;

    public readonly bool IsSameFile(in FileFacts other) =>
        Inode == other.Inode && DeviceMajor == other.DeviceMajor && DeviceMinor == other.DeviceMinor;
}
