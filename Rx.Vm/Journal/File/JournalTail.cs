using System.Text.Json;

namespace Rx.Vm.Journal;

/// <summary>
/// Tells a record that its writer never finished from one whose length was damaged, so that it seems to go on past the end of the file. A
/// record's text is one JSON object of exactly that length. So a text that ends before, or that begins no object, was not cut off:
/// something changed it. The two words of a length can't show that, because damage may hit the same bit in both.
/// </summary>
internal static class JournalTail
{
    /// <summary>
    /// What is wrong with the last bytes of a file, and where the text of that record really ends, if it does; null when they are the
    /// beginning of a record of that length.
    /// </summary>
    /// <param name="rest">What the file has of the text, and of the seal behind it.</param>
    /// <param name="length">The length that the record says its text has.</param>
    public static (string Detail, int? End)? Contradiction(ReadOnlySpan<byte> rest, int length)
    {
        // A file system that grew the file but lost the data leaves zeros, which no text contains.
        var text = rest[..Math.Min(rest.Length, length)].TrimEnd((byte)0);
        return End(text) switch
        {
            null => ($"a record of {length} bytes is none", null),
            { } end when end > 0 && end < length => ($"a record says that it has {length} bytes, but has {end}", end),
            0 when text.Length == length => ($"a record says that it has {length} bytes, but has more", null),
            _ => null,
        };
    }

    // Where the object ends: 0 when it goes on behind these bytes, null when no object begins like that.
    private static int? End(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] != (byte)'{')
        {
            return null;
        }

        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0)
                {
                    return (int)reader.BytesConsumed;
                }
            }

            return 0;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
