using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.Qmp.Messages;

/// <summary>Late parsing of values that were kept as bytes, with one kind of exception for whatever is wrong in them.</summary>
internal static class OwnedJson
{
    /// <summary>Deepest nesting read; no message that deep arrives, whatever the options.</summary>
    public const int MaxDepth = 4096;

    public static T? Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        try
        {
            return JsonSerializer.Deserialize(json, typeInfo);
        }
        catch (Exception fault) when (IsBadInput(fault))
        {
            throw new QmpProtocolException(QmpProtocolFault.UnexpectedShape, $"The server's JSON does not fit {typeof(T).Name}.", fault);
        }
    }

    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            return JsonElement.ParseValue(ref reader);
        }
        catch (Exception fault) when (IsBadInput(fault))
        {
            throw new QmpProtocolException(QmpProtocolFault.UnexpectedShape, "The server's JSON is not valid.", fault);
        }
    }

    private static bool IsBadInput(Exception fault) =>
        fault is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException;
}
