using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Images;

/// <summary>
/// Gives the root directory of a new file system its owner and time: sqfstar 4.5 takes them from the user and the clock and ignores its own
/// -root-time and -root-uid, and so the same archive would give another digest every time and for everyone.
/// </summary>
internal static class SquashfsRoot
{
    private const int SuperblockBytes = 96;
    internal const int MetadataBytes = 8192;
    private const int OwnerOffset = 4;
    private const int GroupOffset = 6;
    private const int TimeOffset = 8;
    internal const ushort Uncompressed = 0x8000;

    /// <summary>How many files, folders, links and devices it has, with the root.</summary>
    /// <exception cref="InvalidDataException">Not such a file system.</exception>
    public static uint CountNodes(string path)
    {
        using var file = File.OpenHandle(path);
        return BinaryPrimitives.ReadUInt32LittleEndian(ReadSuperblock(file).AsSpan(4));
    }

    /// <summary>Sets them. Needs tables that were written uncompressed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="uid">The user.</param>
    /// <param name="gid">The group.</param>
    /// <param name="seconds">The modification time, since 1970.</param>
    /// <returns>False when the owner stays as it was: it is in no table of owners, and that is full.</returns>
    /// <exception cref="InvalidDataException">Not such a file system.</exception>
    public static bool Describe(string path, uint uid, uint gid, uint seconds)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var superblock = ReadSuperblock(file);

        // An inode's address is a metadata block, relative to the table, and a place inside it.
        var address = BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(32));
        var block = Address(BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(64)), address >> 16);
        var offset = (int)(address & 0xffff);
        var type = ReadByte(file, block, offset) | (ReadByte(file, block, offset + 1) << 8);
        if (type is not (1 or 8))
        {
            throw new InvalidDataException($"its root inode is of type {type}, not a directory");
        }

        Write(file, block, offset + TimeOffset, [(byte)seconds, (byte)(seconds >> 8), (byte)(seconds >> 16), (byte)(seconds >> 24)]);
        var owners = new SquashfsOwners(file, superblock);
        if (owners.IndexOf(uid) is not { } user || owners.IndexOf(gid) is not { } group)
        {
            return false;
        }

        Write(file, block, offset + OwnerOffset, [(byte)user, (byte)(user >> 8)]);
        Write(file, block, offset + GroupOffset, [(byte)group, (byte)(group >> 8)]);
        owners.Save();
        return true;
    }

    private static byte[] ReadSuperblock(SafeFileHandle file)
    {
        var superblock = Read(file, 0, SuperblockBytes);
        return superblock.AsSpan().StartsWith("hsqs"u8) && BinaryPrimitives.ReadUInt16LittleEndian(superblock.AsSpan(28)) == 4
            ? superblock
            : throw new InvalidDataException("it is not a squashfs 4 file system");
    }

    // An inode may go on in the next block; every block but the last is full.
    private static long Position(SafeFileHandle file, long block, int offset)
    {
        while (true)
        {
            var header = BinaryPrimitives.ReadUInt16LittleEndian(Read(file, block, 2));
            var length = header & ~Uncompressed;
            if ((header & Uncompressed) == 0 || length is 0 or > MetadataBytes)
            {
                throw new InvalidDataException("its tables are compressed or malformed");
            }

            if (offset < length)
            {
                return block + 2 + offset;
            }

            block += 2 + length;
            offset -= length;
        }
    }

    internal static long Address(ulong start, ulong offset) => start <= long.MaxValue / 2 && offset <= long.MaxValue / 4
        ? (long)(start + offset)
        : throw new InvalidDataException("one of its tables lies outside the file");

    private static byte ReadByte(SafeFileHandle file, long block, int offset) => Read(file, Position(file, block, offset), 1)[0];

    private static void Write(SafeFileHandle file, long block, int offset, byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            RandomAccess.Write(file, bytes.AsSpan(i, 1), Position(file, block, offset + i));
        }
    }

    internal static byte[] Read(SafeFileHandle file, long position, int length)
    {
        var buffer = new byte[length];
        return RandomAccess.Read(file, buffer, position) == length
            ? buffer
            : throw new InvalidDataException("it ends early");
    }
}
