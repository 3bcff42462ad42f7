using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Reading JSON from a peer that may be broken or hostile: a missing or misshapen part is an absent value, never an
/// exception.</summary>
internal static class LenientJson
{
    /// <summary>The value as a tree, or an undefined element where it is none: broken UTF-8, for one, passes the header reader.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> json, int maxDepth)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
            return JsonElement.ParseValue(ref reader);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            return default;
        }
    }

    /// <summary>The member of that name, or an undefined element.</summary>
    public static JsonElement Member(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;
        }
        catch (InvalidOperationException)
        {
            // Some other member's name holds a lone surrogate.
            return default;
        }
    }

    /// <summary>The text of a string element, else null.</summary>
    public static string? AsText(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate or broken UTF-8 cannot become a .NET string; the escapes as sent are better than nothing.
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)).Trim('"');
        }
    }

    /// <summary>The value of an integer element, else zero.</summary>
    public static int AsInt32(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : 0;

    /// <summary>The value of a boolean element, else null.</summary>
    public static bool? AsBoolean(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The text of the string token under the reader; escapes as sent where they name no character.</summary>
    public static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? string.Empty;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
