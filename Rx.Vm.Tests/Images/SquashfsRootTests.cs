using System.Buffers.Binary;
using CsCheck;
using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>The patch is a few bytes in a file that a tool made; these are the shapes it can have, right ones and damaged ones.</summary>
[Slow]
public sealed class SquashfsRootTests : IDisposable
{
    private const int Table = 96;
    private const int IdBlock = Table + 2 + 8192 + 2 + 100;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(8192 - 5)]
    [InlineData(8192 - 10)]
    [InlineData(8192 - 1)]
    public void Owner_and_time_are_set_and_nothing_else_also_across_two_blocks(int offset)
    {
        var before = Make(offset, 1000, 33, 0);
        var after = Normalize(before);
        byte[] expected = [.. before];
        foreach (var (at, value) in new[] { (4, 2), (5, 0), (6, 2), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0) })
        {
            expected[At(offset + at)] = (byte)value;
        }

        Assert.Equal(expected, after);
    }

    [Fact]
    public void An_owner_nobody_else_has_is_added_and_what_is_behind_moves()
    {
        var before = Make(0, 1000, 33, 7);
        var after = Normalize(before);
        Assert.Equal([3, 0, 3, 0, 0, 0, 0, 0], after[At(4)..At(12)]);
        Assert.Equal(4, BinaryPrimitives.ReadUInt16LittleEndian(after.AsSpan(26)));
        var table = (int)BinaryPrimitives.ReadUInt64LittleEndian(after.AsSpan(48));
        Assert.Equal(IdBlock, (int)BinaryPrimitives.ReadUInt64LittleEndian(after.AsSpan(table)));
        Assert.Equal(0x8000 | 16, BinaryPrimitives.ReadUInt16LittleEndian(after.AsSpan(IdBlock)));
        Assert.Equal([232, 3, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0], after[(IdBlock + 2)..(IdBlock + 18)]);
        Assert.Equal(before.Length + 4, (int)BinaryPrimitives.ReadUInt64LittleEndian(after.AsSpan(40)));
        Assert.Equal(0, after.Length % 4096);
    }

    [Fact]
    public void A_full_table_of_owners_stays_as_it_is()
    {
        var before = Make(0, [.. Enumerable.Range(1, 2048).Select(i => (uint)i)]);
        var after = Normalize(before);
        Assert.Equal(before[At(4)..At(8)], after[At(4)..At(8)]);
        Assert.Equal(before.Length, after.Length);
    }

    [Fact]
    public void A_cut_file_is_refused_or_complete()
    {
        var whole = Make(100, 0, 1, 2);
        for (var length = 0; length < whole.Length; length += 7)
        {
            Attempt(whole[..length]);
        }
    }

    [Fact]
    public void Damage_gives_a_refusal_or_a_file_of_much_the_same_length()
    {
        var whole = Make(100, 0, 1, 2);
        var places = Gen.OneOf(Gen.Int[0, 95], Gen.Int[Table, Table + 120], Gen.Int[IdBlock, whole.Length - 1]);
        Gen.Select(places, Gen.Byte).Array[1, 6].Each(55, 1000, damage =>
        {
            var bad = (byte[])whole.Clone();
            foreach (var (at, value) in damage)
            {
                bad[at] = value;
            }

            Attempt(bad);
        });
    }

    private void Attempt(byte[] image)
    {
        try
        {
            Assert.InRange(Normalize(image).Length, image.Length, image.Length + 4096 + 8);
        }
        catch (InvalidDataException)
        {
            // The one refusal there is.
        }
    }

    private byte[] Normalize(byte[] image)
    {
        var path = _directory.Write("image", image);
        SquashfsRoot.Describe(path, 0, 0, 0);
        return File.ReadAllBytes(path);
    }

    // Where a byte of the inode table is: two blocks with a header each.
    private static int At(int offset) => Table + 2 + offset + (offset >= 8192 ? 2 : 0);

    private static byte[] Make(int rootOffset, params uint[] ids)
    {
        var image = new byte[IdBlock + 2 + (ids.Length * 4) + 8];
        new Random(42).NextBytes(image.AsSpan(Table));
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(40), (ulong)image.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(56), ulong.MaxValue);
        "hsqs"u8.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(26), (ushort)ids.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(28), 4);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(32), (ulong)rootOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(48), (ulong)(image.Length - 8));
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(64), Table);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(Table), 0x8000 | 8192);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(Table + 2 + 8192), 0x8000 | 100);
        (image[At(rootOffset)], image[At(rootOffset + 1)]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(IdBlock), (ushort)(0x8000 | (ids.Length * 4)));
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(IdBlock + 2 + (i * 4)), ids[i]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(image.Length - 8), IdBlock);
        return image;
    }
}
