using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Images;

/// <summary>
/// Gives the root directory of a new file system to root and sets its time to zero. A tar archive carries neither, sqfstar 4.5 takes them
/// from the clock and the user and ignores its own -root-time and -root-uid, and so the same archive would give another digest every time.
/// </summary>
internal static class SquashfsRoot
{
    private const int SuperblockBytes = 96;
    private const int MetadataBytes = 8192;
    private const int IdBytes = 4;
    private const int OwnerOffset = 4;
    private const int GroupOffset = 6;
    private const int TimeOffset = 8;
    private const ushort Uncompressed = 0x8000;

    /// <summary>Needs tables that were written uncompressed. Where no file belongs to root, root is not in them and the owner stays.</summary>
    /// <exception cref="InvalidDataException">Not such a file system.</exception>
    public static void Normalize(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var superblock = Read(file, 0, SuperblockBytes);
        if (!superblock.AsSpan().StartsWith("hsqs"u8) || BinaryPrimitives.ReadUInt16LittleEndian(superblock.AsSpan(28)) != 4)
        {
            throw new InvalidDataException("it is not a squashfs 4 file system");
        }

        // An inode's address is a metadata block, relative to the table, and a place inside it.
        var address = BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(32));
        var block = Address(BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(64)), address >> 16);
        var offset = (int)(address & 0xffff);
        var type = ReadByte(file, block, offset) | (ReadByte(file, block, offset + 1) << 8);
        if (type is not (1 or 8))
        {
            throw new InvalidDataException($"its root inode is of type {type}, not a directory");
        }

        Write(file, block, offset + TimeOffset, [0, 0, 0, 0]);
        if (IndexOfRoot(file, superblock) is { } root)
        {
            byte[] index = [(byte)root, (byte)(root >> 8)];
            Write(file, block, offset + OwnerOffset, index);
            Write(file, block, offset + GroupOffset, index);
        }
    }

    // Inodes name their owner by its place in a table of numbers, which is reached through a list of its blocks. The first will do.
    private static int? IndexOfRoot(SafeFileHandle file, byte[] superblock)
    {
        var count = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(superblock.AsSpan(26)), MetadataBytes / IdBytes);
        var list = Address(BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(48)), 0);
        var block = Address(BinaryPrimitives.ReadUInt64LittleEndian(Read(file, list, 8)), 0);
        for (var i = 0; i < count; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(Read(file, Position(file, block, i * IdBytes), IdBytes)) == 0)
            {
                return i;
            }
        }

        return null;
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

    private static long Address(ulong start, ulong offset) => start <= long.MaxValue / 2 && offset <= long.MaxValue / 4
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

    private static byte[] Read(SafeFileHandle file, long position, int length)
    {
        var buffer = new byte[length];
        return RandomAccess.Read(file, buffer, position) == length
            ? buffer
            : throw new InvalidDataException("it ends early");
    }
}
