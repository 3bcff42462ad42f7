using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rx.Qmp.Protocol;

namespace Rx.Qmp;

/// <summary>Any JSON value, kept as UTF-8: where QEMU's schema says "any", and whatever a newer QEMU sends that this library has no type
/// for. It owns its bytes. Equal if the bytes are.</summary>
[JsonConverter(typeof(QmpDataConverter<QmpValue>))]
public readonly struct QmpValue : IQmpData<QmpValue>, IEquatable<QmpValue>
{
    private static readonly byte[] NullLiteral = "null"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _json;

    /// <summary>Wraps a value.</summary>
    /// <param name="json">One JSON value in UTF-8, kept without copying.</param>
    public QmpValue(ReadOnlyMemory<byte> json) => _json = json;

    /// <summary>The value in UTF-8; a JSON null for a default one.</summary>
    public ReadOnlyMemory<byte> Json => _json.IsEmpty ? NullLiteral : _json;

    /// <summary>A string.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator QmpValue(string value) => FromText(value);

    /// <summary>A boolean.</summary>
    /// <param name="value">The boolean.</param>
    public static implicit operator QmpValue(bool value) => new(value ? "true"u8.ToArray() : "false"u8.ToArray());

    /// <summary>A number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator QmpValue(int value) => Format(value);

    /// <summary>A number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator QmpValue(long value) => Format(value);

    /// <summary>A number.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator QmpValue(ulong value) => Format(value);

    /// <summary>True if the bytes are the same.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(QmpValue left, QmpValue right) => left.Equals(right);

    /// <summary>True if the bytes differ.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(QmpValue left, QmpValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public static QmpValue Read(ref Utf8JsonReader reader) => new(JsonRead.Raw(ref reader));

    /// <summary>A string.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The value.</returns>
    public static QmpValue FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(JsonWrite.Utf8(writer => writer.WriteStringValue(text)));
    }

    /// <summary>Reads the value into a type.</summary>
    /// <typeparam name="T">The wanted type.</typeparam>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <returns>The value; null only where it is a JSON null.</returns>
    /// <exception cref="QmpProtocolException">The value has another shape.</exception>
    public T? As<T>(JsonTypeInfo<T> typeInfo) => OwnedJson.Deserialize(Json.Span, typeInfo);

    /// <summary>Reads the value into a tree of its own.</summary>
    /// <returns>The root.</returns>
    /// <exception cref="QmpProtocolException">The value is not valid JSON.</exception>
    public JsonElement GetElement() => OwnedJson.Parse(Json.Span);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteRawValue(Json.Span);
    }

    /// <inheritdoc/>
    public bool Equals(QmpValue other) => Json.Span.SequenceEqual(other.Json.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QmpValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Json.Span);
        return hash.ToHashCode();
    }

    /// <summary>The kind of value only: it may be a secret.</summary>
    /// <returns>The length in bytes.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Json.Length} bytes of JSON");

    private static QmpValue Format<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[24];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        return new(text[..length].ToArray());
    }
}
