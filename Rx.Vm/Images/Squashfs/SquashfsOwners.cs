using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Rx.Vm.Images;

/// <summary>
/// The table by which inodes name their owners: 32-bit numbers, reached through a list of their blocks, which is followed by the tables of
/// extended attributes, if any. Only a table of one block is handled; that is two thousand owners.
/// </summary>
internal sealed class SquashfsOwners
{
    private const int IdBytes = 4;
    private const int CountOffset = 26;
    private const int UsedOffset = 40;
    private const int TableOffset = 48;
    private const int AttributesOffset = 56;
    private const int AttributeBytes = 16;
    private const int MaxTailBytes = 64 << 20;
    private const ulong None = ulong.MaxValue;
    private readonly SafeFileHandle _file;
    private readonly byte[] _superblock;
    private readonly long _list;
    private readonly long _block;
    private readonly List<uint> _ids = [];
    private readonly int _stored;

    /// <summary>Reads the table.</summary>
    /// <exception cref="InvalidDataException">It is compressed or malformed.</exception>
    public SquashfsOwners(SafeFileHandle file, byte[] superblock)
    {
        (_file, _superblock) = (file, superblock);
        _list = SquashfsRoot.Address(Number(superblock, TableOffset), 0);
        _block = SquashfsRoot.Address(Number(SquashfsRoot.Read(file, _list, 8), 0), 0);
        var header = BinaryPrimitives.ReadUInt16LittleEndian(SquashfsRoot.Read(file, _block, 2));
        var length = header & ~SquashfsRoot.Uncompressed;
        if ((header & SquashfsRoot.Uncompressed) == 0 || length > SquashfsRoot.MetadataBytes)
        {
            throw new InvalidDataException("its table of owners is compressed or malformed");
        }

        var ids = SquashfsRoot.Read(file, _block + 2, length);
        for (var at = 0; at + IdBytes <= length; at += IdBytes)
        {
            _ids.Add(BinaryPrimitives.ReadUInt32LittleEndian(ids.AsSpan(at)));
        }

        _stored = _ids.Count;
    }

    /// <summary>The place of an owner, who is added when there is none and room.</summary>
    public int? IndexOf(uint id)
    {
        var index = _ids.IndexOf(id);
        if (index >= 0)
        {
            return index;
        }

        if (!CanGrow())
        {
            return null;
        }

        _ids.Add(id);
        return _ids.Count - 1;
    }

    /// <summary>Writes owners that were added, and moves what is behind them.</summary>
    /// <exception cref="InvalidDataException">What is behind them is malformed.</exception>
    public void Save()
    {
        var shift = (_ids.Count - _stored) * IdBytes;
        if (shift == 0)
        {
            return;
        }

        var used = SquashfsRoot.Address(Number(_superblock, UsedOffset), 0);
        if (used - _list is < 8 or > MaxTailBytes)
        {
            throw new InvalidDataException("the end of its tables lies outside the file");
        }

        var tail = SquashfsRoot.Read(_file, _list, (int)(used - _list));
        MoveAttributes(tail, shift);
        var ids = new byte[2 + (_ids.Count * IdBytes)];
        BinaryPrimitives.WriteUInt16LittleEndian(ids, (ushort)(SquashfsRoot.Uncompressed | (_ids.Count * IdBytes)));
        for (var i = 0; i < _ids.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(ids.AsSpan(2 + (i * IdBytes)), _ids[i]);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_superblock.AsSpan(CountOffset), (ushort)_ids.Count);
        Move(_superblock, UsedOffset, shift);
        Move(_superblock, TableOffset, shift);
        RandomAccess.Write(_file, ids, _block);
        RandomAccess.Write(_file, tail, _list + shift);
        RandomAccess.Write(_file, _superblock, 0);

        // Padded as the tool does, so that it can be a block device.
        var length = RandomAccess.GetLength(_file);
        RandomAccess.SetLength(_file, length + (-length & 4095));
    }

    private static ulong Number(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset));

    private static void Move(byte[] bytes, int offset, int shift) =>
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), Number(bytes, offset) + (ulong)shift);

    // One block that is not full and stands right before its list.
    private bool CanGrow() =>
        BinaryPrimitives.ReadUInt16LittleEndian(_superblock.AsSpan(CountOffset)) == _stored
        && (_ids.Count + 1) * IdBytes <= SquashfsRoot.MetadataBytes
        && _block + 2 + (_stored * IdBytes) == _list;

    // The table of attributes begins with the address of its values and their number, and goes on with those of its blocks.
    private void MoveAttributes(byte[] tail, int shift)
    {
        if (Number(_superblock, AttributesOffset) is var start and not None)
        {
            var at = SquashfsRoot.Address(start, 0) - _list;
            if (at < 8 || at > tail.Length - 16)
            {
                throw new InvalidDataException("its table of attributes lies outside the file");
            }

            var table = (int)at;
            var count = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(table + 8));
            var blocks = ((long)count * AttributeBytes + SquashfsRoot.MetadataBytes - 1) / SquashfsRoot.MetadataBytes;
            if (table + 16 + (blocks * 8) > tail.Length)
            {
                throw new InvalidDataException("its table of attributes is malformed");
            }

            Move(tail, table, shift);
            for (var i = 0; i < blocks; i++)
            {
                Move(tail, table + 16 + (i * 8), shift);
            }

            Move(_superblock, AttributesOffset, shift);
        }
    }
}
