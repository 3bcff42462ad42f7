namespace Rx.Qmp;

/// <summary>
/// Recognises messages in exactly the form QEMU 7.2 writes when it isn't pretty, by comparing bytes instead of reading tokens. It only
/// says where things would be: what lies between has not been looked at, and whoever uses it must check that a value is one whole
/// value. Everything else takes <see cref="MessageHeaderReader"/>.
/// </summary>
internal static class CompactHeader
{
    private static ReadOnlySpan<byte> ReplyStart => "{\"return\": "u8;

    private static ReadOnlySpan<byte> IdStart => ", \"id\": "u8;

    private static ReadOnlySpan<byte> EventStart => "{\"timestamp\": {\"seconds\": "u8;

    private static ReadOnlySpan<byte> Microseconds => ", \"microseconds\": "u8;

    private static ReadOnlySpan<byte> Event => "}, \"event\": \""u8;

    private static ReadOnlySpan<byte> Data => ", \"data\": "u8;

    /// <summary>A successful reply: where its value is and which id it names.</summary>
    /// <param name="frame">A whole JSON object as the scanner cut it.</param>
    /// <param name="slot">The id, 0 to 99.</param>
    /// <param name="value">The bytes between, which may hold more than the value.</param>
    public static bool TryReply(ReadOnlySpan<byte> frame, out int slot, out ReadOnlySpan<byte> value)
    {
        slot = 0;
        value = default;
        if (!frame.StartsWith(ReplyStart))
        {
            return false;
        }

        // The last brace closes the outermost object, so a digit before it stands at the top level.
        var end = frame.Length - 1;
        var digits = IsDigit(frame[end - 1]) ? IsDigit(frame[end - 2]) ? 2 : 1 : 0;
        if (digits == 0 || !frame[..(end - digits)].EndsWith(IdStart))
        {
            return false;
        }

        slot = frame[end - 1] - '0' + (digits == 2 ? (frame[end - 2] - '0') * 10 : 0);
        var length = end - digits - IdStart.Length - ReplyStart.Length;
        if (length <= 0 || (digits == 2 && frame[end - 2] == '0'))
        {
            return false;
        }

        value = frame.Slice(ReplyStart.Length, length);
        return true;
    }

    /// <summary>The id at the end of a message that could not be read, which is where QEMU puts it. The last brace closes the outermost object,
    /// and the quotes of a name before it cannot belong to a string of the data, or the brace would be inside one.</summary>
    /// <param name="frame">A whole JSON object as the scanner cut it.</param>
    /// <param name="slot">The id, 0 to 99.</param>
    public static bool TryIdAtEnd(ReadOnlySpan<byte> frame, out int slot)
    {
        slot = 0;
        var rest = TrimEnd(frame[..^1]);
        var digits = 0;
        for (var unit = 1; digits < 2 && !rest.IsEmpty && IsDigit(rest[^1]); digits++, unit *= 10)
        {
            slot += (rest[^1] - '0') * unit;
            rest = rest[..^1];
        }

        return digits > 0 && TryTakeEnd(ref rest, ":"u8) && TryTakeEnd(ref rest, "\"id\""u8) && TryTakeEnd(ref rest, ","u8);
    }

    /// <summary>An event whose host clock worked: when, which, and where its data is.</summary>
    /// <param name="frame">A whole JSON object as the scanner cut it.</param>
    /// <param name="header">The time stamp, seconds and microseconds.</param>
    /// <param name="name">Its name, which has no escapes.</param>
    /// <param name="data">The bytes after the data member's colon, which may hold more than its value; empty if there are none.</param>
    public static bool TryEvent(
        ReadOnlySpan<byte> frame, out (long Seconds, long Microseconds) header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        header = default;
        name = default;
        data = default;
        if (!frame.StartsWith(EventStart))
        {
            return false;
        }

        var rest = frame[EventStart.Length..];
        if (!TryNumber(ref rest, out header.Seconds) || !TrySkip(ref rest, Microseconds)
            || !TryNumber(ref rest, out header.Microseconds) || !TrySkip(ref rest, Event))
        {
            return false;
        }

        var quote = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (quote < 0 || rest[quote] != '"')
        {
            return false;
        }

        name = rest[..quote];
        rest = rest[(quote + 1)..];
        if (rest.Length == 1)
        {
            return rest[0] == '}';
        }

        if (!TrySkip(ref rest, Data) || rest.Length < 2)
        {
            return false;
        }

        data = rest[..^1];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }

        rest = rest[expected.Length..];
        return true;
    }

    private static bool TryTakeEnd(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        rest = TrimEnd(rest);
        var found = rest.EndsWith(expected);
        rest = found ? rest[..^expected.Length] : rest;
        return found;
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> bytes) => bytes.TrimEnd(" \t\r\n"u8);

    private static bool TryNumber(ref ReadOnlySpan<byte> rest, out long value)
    {
        const int MaxDigits = 18;
        value = 0;
        var length = 0;
        while (length < rest.Length && length <= MaxDigits && IsDigit(rest[length]))
        {
            value = (value * 10) + (rest[length] - '0');
            length++;
        }

        rest = rest[length..];
        return length is > 0 and <= MaxDigits;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
