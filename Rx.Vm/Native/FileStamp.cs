using System.Buffers.Binary;

namespace Rx.Vm.Native;

/// <summary>
/// What identifies one state of one file. The change time is part of it: no ordinary program can set it back, so equal stamps
/// mean equal content also after "cp -p" over the file. Times in nanoseconds wrap around far from now and are only for comparison.
/// </summary>
internal readonly record struct FileStamp(
    ulong Device, ulong Inode, uint Mode, uint Uid, uint Gid, long Size, long ModifiedNs, long ChangedNs, ulong Special = 0, long ModifiedSeconds = 0)
{
    /// <summary>Length of <see cref="Write"/>'s output.</summary>
    public const int EncodedBytes = 60;

    private const uint TypeMask = 0xf000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsFile => (Mode & TypeMask) == 0x8000;

    public bool IsLink => (Mode & TypeMask) == 0xa000;

    public bool IsWritableByOthers => (Mode & 0x12) != 0;

    public static FileStamp From(in FileFacts data) => new(
        ((ulong)data.DeviceMajor << 32) | data.DeviceMinor,
        data.Inode,
        data.Mode,
        data.Uid,
        data.Gid,
        (long)data.Size,
        unchecked((data.ModifySeconds * 1_000_000_000) + data.ModifyNanoseconds),
        unchecked((data.ChangeSeconds * 1_000_000_000) + data.ChangeNanoseconds),
        ((ulong)data.SpecialMajor << 32) | data.SpecialMinor,
        data.ModifySeconds);

    /// <summary>A fixed-width form for hashing.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Device);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Inode);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], Gid);
        BinaryPrimitives.WriteInt64LittleEndian(target[28..], Size);
        BinaryPrimitives.WriteInt64LittleEndian(target[36..], ModifiedNs);
        BinaryPrimitives.WriteInt64LittleEndian(target[44..], ChangedNs);
        BinaryPrimitives.WriteUInt64LittleEndian(target[52..], Special);
    }
}
