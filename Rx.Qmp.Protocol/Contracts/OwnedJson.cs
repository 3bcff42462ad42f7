using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.Qmp;

/// <summary>Late parsing of values that were kept as bytes, with one kind of exception for whatever is wrong in them.</summary>
internal static class OwnedJson
{
    /// <summary>Deepest nesting read; no message that deep arrives, whatever the options.</summary>
    public const int MaxDepth = 4096;

    /// <summary>How values that passed the header reader are read.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = MaxDepth };

    public static T? Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        try
        {
            return JsonSerializer.Deserialize(json, typeInfo);
        }
        catch (Exception fault) when (IsBadInput(fault))
        {
            throw new QmpProtocolException(QmpProtocolFault.UnexpectedShape, Misfit.Sentence("The server's JSON", typeof(T), fault), fault);
        }
    }

    public static T Read<T>(ReadOnlySpan<byte> json, QmpValueReader<T> read)
    {
        try
        {
            return read(json);
        }
        catch (Exception fault) when (IsBadInput(fault))
        {
            throw new QmpProtocolException(QmpProtocolFault.UnexpectedShape, Misfit.Sentence("The server's JSON", typeof(T), fault), fault);
        }
    }

    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, ReaderOptions);
            return JsonElement.ParseValue(ref reader);
        }
        catch (Exception fault) when (IsBadInput(fault))
        {
            throw new QmpProtocolException(QmpProtocolFault.UnexpectedShape, "The server's JSON is not valid.", fault);
        }
    }

    /// <summary>True for what readers of JSON throw when it is not what they expect.</summary>
    public static bool IsBadInput(Exception fault) =>
        fault is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException;
}
