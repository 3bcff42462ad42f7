using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.Qmp;

/// <summary>The value a command returned: an object for most, but also an array, a string, a number or a boolean. It owns its
/// bytes, so it may be kept.</summary>
public readonly struct QmpReply
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _json;

    /// <summary>Wraps a value.</summary>
    /// <param name="json">One JSON value in UTF-8; the reply keeps it without copying.</param>
    public QmpReply(ReadOnlyMemory<byte> json) => _json = json;

    /// <summary>The value as the server sent it, in UTF-8; an empty object for a default reply.</summary>
    public ReadOnlyMemory<byte> Json => _json.IsEmpty ? EmptyObject : _json;

    /// <summary>Reads the value into a type. Numbers never pass through a double unless the type asks for one.</summary>
    /// <typeparam name="T">The wanted type.</typeparam>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <returns>The value; null only where the server sent a JSON null.</returns>
    /// <exception cref="QmpProtocolException">The value has another shape.</exception>
    public T? As<T>(JsonTypeInfo<T> typeInfo) => OwnedJson.Deserialize(Json.Span, typeInfo);

    /// <summary>Reads the value with a reader of its type.</summary>
    /// <typeparam name="T">The wanted type.</typeparam>
    /// <param name="read">Reads it.</param>
    /// <returns>The value.</returns>
    /// <exception cref="QmpProtocolException">The value has another shape.</exception>
    public T As<T>(QmpReader<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return OwnedJson.Read(Json.Span, QmpCommand<T>.ByTokens(read));
    }

    /// <summary>Reads the value as the reply to a command.</summary>
    internal T As<T>(QmpCommand<T> command) => OwnedJson.Read(Json.Span, command.Read);

    /// <summary>Reads the value into a tree of its own.</summary>
    /// <returns>The root.</returns>
    /// <exception cref="QmpProtocolException">The value is not valid JSON.</exception>
    public JsonElement GetElement() => OwnedJson.Parse(Json.Span);

    /// <summary>Copies the value out of a read buffer; the common empty object costs nothing.</summary>
    internal static QmpReply Copy(ReadOnlySpan<byte> json) => json.SequenceEqual("{}"u8) ? default : new QmpReply(json.ToArray());
}
