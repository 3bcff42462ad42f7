using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Reading in one entry of a schema. Whatever is misshapen there is absent.</summary>
internal static class SchemaJson
{
    /// <summary>The bytes of an object's member, or none.</summary>
    public static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> entry, scoped ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(entry);
        if (entry.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Names are compared as they were sent: unescaping throws on what is no text, and QEMU escapes none.
            var found = reader.ValueSpan.SequenceEqual(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                return entry[start..(int)reader.BytesConsumed];
            }
        }

        return default;
    }

    /// <summary>The bytes between the quotes of an object's member, or none if that is no string.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> entry, scoped ReadOnlySpan<byte> name) => Unquote(Member(entry, name));

    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) => value is [(byte)'"', .., (byte)'"'] ? value[1..^1] : default;

    public static bool IsTrue(ReadOnlySpan<byte> value) => value.SequenceEqual("true"u8);

    /// <summary>Takes the first item off an array of which <paramref name="rest"/> is what is left, at first the whole.</summary>
    public static bool Next(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> item)
    {
        item = default;
        var start = rest.IndexOfAnyExcept(" \t\r\n[,"u8);
        if (start < 0 || rest[start] == (byte)']')
        {
            return false;
        }

        // As long as it is a list of items, each is a value of its own.
        var reader = new Utf8JsonReader(rest[start..], isFinalBlock: false, default);
        if (!reader.Read() || !reader.TrySkip())
        {
            return false;
        }

        item = rest.Slice(start, (int)reader.BytesConsumed);
        rest = rest[(start + item.Length)..];
        return true;
    }

    /// <summary>True if an array of strings has that one.</summary>
    public static bool Contains(ReadOnlySpan<byte> array, ReadOnlySpan<byte> text)
    {
        while (Next(ref array, out var item))
        {
            if (Unquote(item).SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The object in an array whose member has that text, or none.</summary>
    public static ReadOnlySpan<byte> Item(ReadOnlySpan<byte> array, scoped ReadOnlySpan<byte> member, scoped ReadOnlySpan<byte> text)
    {
        while (Next(ref array, out var item))
        {
            if (Text(item, member).SequenceEqual(text))
            {
                return item;
            }
        }

        return default;
    }
}
