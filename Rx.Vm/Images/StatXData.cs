using System.Runtime.InteropServices;

namespace Rx.Vm.Images;

/// <summary>The kernel's <c>struct statx</c>: 256 bytes, the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatXData
{
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
}
