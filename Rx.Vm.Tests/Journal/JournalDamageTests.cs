using System.Buffers.Binary;
using Rx.Vm.Journal;

namespace Rx.Vm.Tests.Journal;

/// <summary>Whatever becomes of a file, what is read of it is a prefix of what was written, or nothing.</summary>
public class JournalDamageTests
{
    private static readonly JournalRecording Recording = Lives.Random(2, 12).Recording;
    private static readonly byte[] Whole = Lives.Bytes(Recording);

    [Fact]
    public void Cut_anywhere_it_is_a_prefix_and_torn_there()
    {
        var records = Lives.Records(Whole);
        for (var length = 0; length < Whole.Length; length++)
        {
            var whole = records.Count(offset => offset <= length) - 1;
            if (whole < 1)
            {
                Assert.Equal(JournalFault.NoHeader, Assert.Throws<JournalException>(() => Lives.Read(Whole.AsSpan(0, length))).Fault);
                continue;
            }

            var read = Lives.Read(Whole.AsSpan(0, length));

            Assert.Equal(Recording.Entries.Take(whole - 1), read.Entries);
            Assert.Equal(
                length == records[whole]
                    ? (JournalEndKind.Clean, (long)length, 0L)
                    : (JournalEndKind.Torn, records[whole], length - records[whole]),
                (read.End.Kind, read.End.Offset, read.End.BytesLeft));
        }
    }

    [Fact]
    public void Each_bit_flipped_is_noticed_where_it_is()
    {
        var records = Lives.Records(Whole);
        var bytes = (byte[])Whole.Clone();
        for (var bit = 0; bit < Whole.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (bit / 8 < records[1])
            {
                Assert.Throws<JournalException>(() => Lives.Read(bytes));
            }
            else
            {
                var record = records.Count(offset => offset <= bit / 8) - 1;
                var read = Lives.Read(bytes);

                Assert.Equal(Recording.Entries.Take(record - 1), read.Entries);
                Assert.Equal(
                    (JournalEndKind.Damaged, (long)records[record], Whole.LongLength - records[record]),
                    (read.End.Kind, read.End.Offset, read.End.BytesLeft));
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    // The same bit in a length and in its complement passes the check of one against the other; a length that goes on past the end of the
    // file then looks like the tail of a writer that was stopped, and everything behind it would be lost without a word.
    [Fact]
    public void No_two_bits_flipped_in_a_length_make_damage_look_like_a_torn_tail()
    {
        var records = Lives.Records(Whole);
        for (var record = 1; record < records.Length - 1; record++)
        {
            for (var one = 0; one < 8 * JournalFormat.LengthBytes; one++)
            {
                for (var other = one + 1; other < 8 * JournalFormat.LengthBytes; other++)
                {
                    var bytes = (byte[])Whole.Clone();
                    bytes[records[record] + (one / 8)] ^= (byte)(1 << (one % 8));
                    bytes[records[record] + (other / 8)] ^= (byte)(1 << (other % 8));

                    IsDamage(bytes, record, records);
                }
            }
        }
    }

    [Fact]
    public void No_length_that_fits_its_complement_makes_damage_look_like_a_torn_tail()
    {
        var records = Lives.Records(Whole);
        var bytes = (byte[])Whole.Clone();
        var words = bytes.AsSpan(records[3]);
        var right = JournalFormat.Length(words);
        for (var length = 1; length <= ushort.MaxValue; length += length < 2 * Whole.Length ? 1 : 257)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(words, (ushort)length);
            BinaryPrimitives.WriteUInt16LittleEndian(words[2..], (ushort)~length);
            if (length != right)
            {
                IsDamage(bytes, 3, records);
            }
        }
    }

    [Fact]
    public void A_damaged_length_with_a_changed_text_is_no_torn_tail_either()
    {
        var records = Lives.Records(Whole);
        for (var at = records[3] + JournalFormat.LengthBytes; at < records[4]; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var bytes = (byte[])Whole.Clone();
                bytes[records[3] + 1] ^= 0x40;
                bytes[records[3] + 3] ^= 0x40;
                bytes[at] ^= (byte)(1 << bit);

                IsDamage(bytes, 3, records);
            }
        }
    }

    [Fact]
    public void Damage_tells_how_many_sound_records_are_lost_behind_it()
    {
        var records = Lives.Records(Whole);
        var bytes = (byte[])Whole.Clone();
        bytes[records[3] + 1] ^= 0x40;
        bytes[records[3] + 3] ^= 0x40;
        var length = records[4] - records[3] - JournalFormat.LengthBytes - JournalFormat.SealBytes;
        var text = $"a record says that it has {length + 0x4000} bytes, but has {length}; {records.Length - 5} sound ones are behind it";
        Assert.Equal(text, Lives.Read(bytes).End.Detail);

        bytes = (byte[])Whole.Clone();
        bytes[records[4] - JournalFormat.SealBytes - 2] ^= 1;
        text = $"a record of {length} bytes does not bear this journal's next seal; {records.Length - 5} sound ones are behind it";
        Assert.Equal(text, Lives.Read(bytes).End.Detail);
    }

    // A power cut may leave the new size of a file with only the first of its new bytes.
    [Fact]
    public void A_record_that_was_cut_off_and_filled_with_zeros_is_torn()
    {
        var records = Lives.Records(Whole);
        var last = records[^2];
        for (var kept = last + JournalFormat.LengthBytes; kept < records[^1] - JournalFormat.SealBytes; kept++)
        {
            var read = Lives.Read([.. Whole[..kept], .. new byte[records[^1] - kept - 1]]);

            Assert.Equal((JournalEndKind.Torn, (long)last), (read.End.Kind, read.End.Offset));
        }
    }

    // What a file system may show after a power cut: the new file ends early, and behind it are the blocks of an older one.
    [Fact]
    public void Records_of_an_older_journal_are_never_taken()
    {
        var older = Lives.Bytes(Recording, [.. Lives.Salt.Reverse()]);
        var records = Lives.Records(Whole);
        Assert.Equal(older.Length, Whole.Length);
        for (var record = 1; record < records.Length - 1; record++)
        {
            var mixed = Whole[..records[record]].Concat(older[records[record]..]).ToArray();

            var read = Lives.Read(mixed);

            Assert.Equal(Recording.Entries.Take(record - 1), read.Entries);
            Assert.Equal((JournalEndKind.Damaged, (long)records[record]), (read.End.Kind, read.End.Offset));
        }
    }

    [Fact]
    public void A_record_is_sound_in_its_own_place_only()
    {
        var records = Lives.Records(Whole);
        byte[] Record(int index) => Whole[records[index]..records[index + 1]];
        byte[] Head(int count) => Whole[..records[count]];

        byte[] swapped = [.. Head(3), .. Record(4), .. Record(3), .. Whole[records[5]..]];
        byte[] missing = [.. Head(3), .. Whole[records[4]..]];
        byte[] doubled = [.. Head(4), .. Record(3), .. Whole[records[4]..]];

        Assert.Equal((2, records[3]), (Lives.Read(swapped).Entries.Length, Lives.Read(swapped).End.Offset));
        Assert.Equal((2, records[3]), (Lives.Read(missing).Entries.Length, Lives.Read(missing).End.Offset));
        Assert.Equal((3, records[4]), (Lives.Read(doubled).Entries.Length, Lives.Read(doubled).End.Offset));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public void A_tail_of_zeros_is_torn(int zeros)
    {
        var read = Lives.Read([.. Whole, .. new byte[zeros]]);

        Assert.Equal(Recording.Entries, read.Entries);
        Assert.Equal((JournalEndKind.Torn, Whole.LongLength, (long)zeros), (read.End.Kind, read.End.Offset, read.End.BytesLeft));
    }

    [Fact]
    public void Zeros_with_something_behind_them_are_damage()
    {
        var read = Lives.Read([.. Whole, .. new byte[9000], 1]);

        Assert.Equal((JournalEndKind.Damaged, Whole.LongLength, 9001L), (read.End.Kind, read.End.Offset, read.End.BytesLeft));
    }

    [Fact]
    public void A_newer_format_is_refused_by_both_numbers_and_the_file_is_left_alone()
    {
        using var directory = new JournalDirectory();
        var bytes = (byte[])Whole.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 3);
        var path = directory.Write("newer.journal", bytes);

        var e = Assert.Throws<JournalException>(() => JournalFile.Read(path));

        Assert.Equal(JournalFault.NewerVersion, e.Fault);
        Assert.Equal($"{path}: the journal has format 3, this library reads up to format 2; the file was not changed", e.Message);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    private static void IsDamage(byte[] bytes, int record, IReadOnlyList<int> records)
    {
        var read = Lives.Read(bytes);
        Assert.Equal(Recording.Entries.Take(record - 1), read.Entries);
        Assert.Equal(
            (JournalEndKind.Damaged, (long)records[record], Whole.LongLength - records[record]),
            (read.End.Kind, read.End.Offset, read.End.BytesLeft));
    }

    [Theory]
    [InlineData("", JournalFault.NoHeader)]
    [InlineData("RXJ", JournalFault.NoHeader)]
    [InlineData("{\"containers\":[]}", JournalFault.NotAJournal)]
    [InlineData("x", JournalFault.NotAJournal)]
    public void Something_else_is_refused(string text, JournalFault fault) =>
        Assert.Equal(fault, Assert.Throws<JournalException>(() => Lives.Read(System.Text.Encoding.UTF8.GetBytes(text))).Fault);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var e = Assert.Throws<JournalException>(() => JournalFile.Read("/no/such/journal"));

        Assert.Equal(JournalFault.Unusable, e.Fault);
        Assert.StartsWith("/no/such/journal: ", e.Message, StringComparison.Ordinal);
    }
}
