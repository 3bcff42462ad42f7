using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>What an event is about, by the members QEMU names things with. Reads the top level of the data once; data that makes no
/// sense is about nothing.</summary>
internal static class EventSubject
{
    private delegate bool Visit(ref Utf8JsonReader value, int rank);

    /// <summary>The first of device, id, qom-path, path and node-name that is not empty; null without any.</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        string? found = null;
        var best = int.MaxValue;
        Scan(data, (ref Utf8JsonReader value, int rank) =>
        {
            if (rank < best && value.GetString() is { Length: > 0 } text)
            {
                (found, best) = (text, rank);
            }

            return false;
        });
        return found;
    }

    /// <summary>True when one of these members is the id, or a path whose last part is.</summary>
    public static bool Is(ReadOnlySpan<byte> data, string id) => Scan(data, (ref Utf8JsonReader value, int rank) =>
        value.ValueTextEquals(id)
        || (rank is 2 or 3 && value.GetString() is { } path && path.EndsWith(id, StringComparison.Ordinal)
            && path.Length > id.Length && path[^(id.Length + 1)] == '/'));

    /// <summary>One member's value as JSON text; null where it is missing.</summary>
    public static string? Member(ReadOnlySpan<byte> data, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(data, OwnedJson.ReaderOptions);
            while (NextMember(ref reader))
            {
                var meant = reader.ValueTextEquals(name);
                reader.Read();
                var start = reader.TokenStartIndex;
                reader.Skip();
                if (meant)
                {
                    return Encoding.UTF8.GetString(data[(int)start..(int)reader.BytesConsumed]);
                }
            }
        }
        catch (Exception fault) when (OwnedJson.IsBadInput(fault))
        {
            // Then it has no such member.
        }

        return null;
    }

    private static bool Scan(ReadOnlySpan<byte> data, Visit visit)
    {
        try
        {
            var reader = new Utf8JsonReader(data, OwnedJson.ReaderOptions);
            while (NextMember(ref reader))
            {
                var rank = Rank(ref reader);
                reader.Read();
                if (rank >= 0 && reader.TokenType == JsonTokenType.String && visit(ref reader, rank))
                {
                    return true;
                }

                reader.Skip();
            }
        }
        catch (Exception fault) when (OwnedJson.IsBadInput(fault))
        {
            // Nothing further can be read from it.
        }

        return false;
    }

    private static bool NextMember(ref Utf8JsonReader reader)
    {
        // An event without data has no bytes at all, which the reader would refuse.
        if (reader.TokenType == JsonTokenType.None && !(reader.Read() && reader.TokenType == JsonTokenType.StartObject))
        {
            return false;
        }

        return reader.Read() && reader.TokenType == JsonTokenType.PropertyName;
    }

    private static int Rank(ref Utf8JsonReader name) =>
        name.ValueTextEquals("device"u8) ? 0
        : name.ValueTextEquals("id"u8) ? 1
        : name.ValueTextEquals("qom-path"u8) ? 2
        : name.ValueTextEquals("path"u8) ? 3
        : name.ValueTextEquals("node-name"u8) ? 4
        : -1;
}
