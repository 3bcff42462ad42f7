using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Rx.Vm.Journal;

/// <summary>
/// Reads a journal's bytes up to the first that are not the next record, and says what those are. Whatever a file holds, the result is a
/// prefix of what was written to it, or a typed error.
/// </summary>
internal sealed class JournalReader(Stream stream, string name)
{
    private readonly ImmutableArray<JournalEntry>.Builder _entries = ImmutableArray.CreateBuilder<JournalEntry>();
    private readonly byte[] _record = new byte[JournalFormat.MaxRecordBytes];
    private ReadOnlyMemory<byte> _again;
    private JournalChain _chain;
    private TimeSpan _at;
    private long _offset;
    private long _seen;

    /// <summary>Everything that is sound.</summary>
    /// <exception cref="JournalException">There is not even a header, or it is not for this library to read.</exception>
    public JournalRecording Read()
    {
        var header = ReadHeader();
        JournalEnd? end;
        do
        {
            end = Next(Take);
        }
        while (end is null);

        return new JournalRecording(header, _entries.DrainToImmutable()) { Seen = _seen, End = end };
    }

    private JournalHeader ReadHeader()
    {
        var preamble = new byte[JournalFormat.PreambleBytes];
        var count = Fill(preamble);
        if (count == 0)
        {
            throw new JournalException(JournalFault.NoHeader, name, "the file is empty");
        }

        if (!preamble.AsSpan(0, Math.Min(count, 8)).SequenceEqual(JournalFormat.Magic[..Math.Min(count, 8)]))
        {
            throw new JournalException(JournalFault.NotAJournal, name, "not a journal: it does not begin with 'RXJOURNL'");
        }

        var version = count < JournalFormat.VersionedBytes ? 0 : JournalFormat.Version(preamble);
        if (version > JournalHeader.CurrentVersion)
        {
            throw new JournalException(
                JournalFault.NewerVersion, name,
                $"the journal has format {version}, this library reads up to format {JournalHeader.CurrentVersion}; "
                + "the file was not changed");
        }

        if (count < preamble.Length || version == 0)
        {
            var what = count < preamble.Length ? $"the file ends at offset {count}, in its header" : "there is no format 0";
            throw new JournalException(JournalFault.NoHeader, name, what);
        }

        _chain = JournalChain.Begin(preamble);
        _offset = count;
        JournalHeader? header = null;
        var end = Next(payload => (header = JournalJsonReader.ReadHeader(payload)) is null ? "a header that makes no sense" : null);
        return header is not null && end is null
            ? header with { Version = (int)version }
            : throw new JournalException(JournalFault.NoHeader, name, $"the header is missing: {end}");
    }

    // One record: null when it was taken, else where and why the reading ends.
    private JournalEnd? Next(Func<ReadOnlyMemory<byte>, string?> take)
    {
        var words = Fill(_record.AsSpan(0, JournalFormat.LengthBytes));
        if (words == 0)
        {
            return new JournalEnd(JournalEndKind.Clean, _offset, 0, null);
        }

        if (words < JournalFormat.LengthBytes)
        {
            return End(JournalEndKind.Torn, words, "a record's length is cut off");
        }

        if (JournalFormat.Length(_record) is not { } length)
        {
            return Blank(words) ?? End(JournalEndKind.Damaged, words, "no record begins here");
        }

        var rest = Fill(_record.AsSpan(words, length + JournalFormat.SealBytes));
        if (rest < length + JournalFormat.SealBytes)
        {
            return JournalTail.Contradiction(_record.AsSpan(words, rest), length) is { } wrong
                ? Damaged(words + rest, wrong.Detail, wrong.End)
                : End(JournalEndKind.Torn, words + rest, $"a record of {length} bytes is cut off");
        }

        var next = _chain.Next(_record.AsSpan(0, words + length));
        if (Seal(words + length) != next.Seal)
        {
            var end = JournalTail.Contradiction(_record.AsSpan(words, rest), length)?.End ?? length;
            return Damaged(words + rest, $"a record of {length} bytes does not bear this journal's next seal", end);
        }

        if (take(_record.AsMemory(words, length)) is { } trouble)
        {
            return End(JournalEndKind.Damaged, words + rest, trouble);
        }

        (_chain, _offset) = (next, _offset + words + rest);
        return _offset <= JournalFormat.MaxFileBytes
            ? null
            : throw new JournalException(JournalFault.TooLarge, name, $"the journal is larger than {JournalFormat.MaxFileBytes} bytes");
    }

    private string? Take(ReadOnlyMemory<byte> payload)
    {
        switch (JournalJsonReader.ReadRecord(payload))
        {
            case ({ } entry, _) when entry.Index <= _seen || entry.At < _at:
                return $"event {entry.Index} at {entry.At} does not come after event {_seen} at {_at}";
            case ({ } entry, _):
                _entries.Add(entry);
                (_seen, _at) = (entry.Index, entry.At);
                return null;
            case (_, { } gap) when gap.First != _seen + 1 || gap.Count > long.MaxValue - gap.First:
                return $"a gap from event {gap.First} on does not come after event {_seen}";
            case (_, { } gap):
                _seen += gap.Count;
                return null;
            default:
                return "a record of a kind that this format does not have";
        }
    }

    // A file system that grew the file but lost the data leaves zeros.
    private JournalEnd? Blank(int taken)
    {
        if (_record.AsSpan(0, taken).ContainsAnyExcept((byte)0))
        {
            return null;
        }

        var end = End(JournalEndKind.Torn, taken, "only zeros follow", out var blank);
        return blank ? end : end with { Kind = JournalEndKind.Damaged, Detail = "no record begins here" };
    }

    private JournalEnd End(JournalEndKind kind, long taken, string detail) => End(kind, taken, detail, out _);

    // The text of a damaged record ends at `end` and its seal is behind that; or nobody knows where. Each seal is made from the one before
    // it as the file has it, so records that follow can still be told to be this journal's. They are counted, not read.
    private JournalEnd Damaged(int taken, string detail, int? end)
    {
        var behind = JournalFormat.LengthBytes + end + JournalFormat.SealBytes;
        if (behind is not { } start || start > taken)
        {
            return End(JournalEndKind.Damaged, taken, detail);
        }

        var chain = _chain with { Seal = Seal(start - JournalFormat.SealBytes) };
        _again = _record[start..taken];
        var (sound, bytes) = (0, (long)start);
        while (bytes < JournalFormat.MaxFileBytes)
        {
            var words = Fill(_record.AsSpan(0, JournalFormat.LengthBytes));
            var length = words == JournalFormat.LengthBytes ? JournalFormat.Length(_record) : null;
            var rest = length is { } text ? Fill(_record.AsSpan(words, text + JournalFormat.SealBytes)) : 0;
            bytes += words + rest;
            if (length is not { } whole || rest < whole + JournalFormat.SealBytes)
            {
                break;
            }

            chain = chain.Next(_record.AsSpan(0, words + whole));
            if (Seal(words + whole) != chain.Seal)
            {
                break;
            }

            sound++;
        }

        return End(JournalEndKind.Damaged, bytes, sound == 0 ? detail : $"{detail}; {sound} sound ones are behind it");
    }

    private UInt128 Seal(int offset) => BinaryPrimitives.ReadUInt128LittleEndian(_record.AsSpan(offset));

    // Counts what is left without keeping it, and not for ever.
    private JournalEnd End(JournalEndKind kind, long taken, string detail, out bool blank)
    {
        var left = taken;
        blank = true;
        int count;
        while (left < JournalFormat.MaxFileBytes && (count = Fill(_record)) > 0)
        {
            left += count;
            blank &= !_record.AsSpan(0, count).ContainsAnyExcept((byte)0);
        }

        return new JournalEnd(kind, _offset, left, detail);
    }

    private int Fill(Span<byte> target)
    {
        var again = Math.Min(_again.Length, target.Length);
        _again.Span[..again].CopyTo(target);
        _again = _again[again..];
        try
        {
            return again + stream.ReadAtLeast(target[again..], target.Length - again, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFault.Unusable, name, $"can't be read: {e.Message}", e);
        }
    }
}
