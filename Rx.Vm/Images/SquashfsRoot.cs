using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Images;

/// <summary>
/// Sets the time of a new file system's root directory to zero. A tar archive does not carry it, sqfstar 4.5 takes the clock and ignores
/// its own -root-time, and so the same archive would give another digest every time.
/// </summary>
internal static class SquashfsRoot
{
    private const int SuperblockBytes = 96;
    private const int MetadataBytes = 8192;
    private const int TimeOffset = 8;
    private const int TimeBytes = 4;
    private const ushort Uncompressed = 0x8000;

    /// <summary>Needs an inode table that was written uncompressed.</summary>
    /// <exception cref="InvalidDataException">Not such a file system.</exception>
    public static void ClearTime(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var superblock = Read(file, 0, SuperblockBytes);
        if (!superblock.AsSpan().StartsWith("hsqs"u8) || BinaryPrimitives.ReadUInt16LittleEndian(superblock.AsSpan(28)) != 4)
        {
            throw new InvalidDataException("it is not a squashfs 4 file system");
        }

        // An inode's address is a metadata block, relative to the table, and a place inside it.
        var root = BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(32));
        var table = BinaryPrimitives.ReadUInt64LittleEndian(superblock.AsSpan(64));
        var block = checked((long)(table + (root >> 16)));
        var offset = (int)(root & 0xffff);
        var type = BinaryPrimitives.ReadUInt16LittleEndian([ReadAt(file, block, offset), ReadAt(file, block, offset + 1)]);
        if (type is not (1 or 8))
        {
            throw new InvalidDataException($"its root inode is of type {type}, not a directory");
        }

        for (var i = 0; i < TimeBytes; i++)
        {
            RandomAccess.Write(file, [0], Position(file, block, offset + TimeOffset + i));
        }
    }

    private static byte ReadAt(SafeFileHandle file, long block, int offset) => Read(file, Position(file, block, offset), 1)[0];

    // An inode may go on in the next block; every block but the last is full.
    private static long Position(SafeFileHandle file, long block, int offset)
    {
        while (true)
        {
            var header = BinaryPrimitives.ReadUInt16LittleEndian(Read(file, block, 2));
            var length = header & ~Uncompressed;
            if ((header & Uncompressed) == 0 || length is 0 or > MetadataBytes || offset > 0xffff)
            {
                throw new InvalidDataException("its inode table is compressed or malformed");
            }

            if (offset < length)
            {
                return block + 2 + offset;
            }

            block += 2 + length;
            offset -= length;
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
