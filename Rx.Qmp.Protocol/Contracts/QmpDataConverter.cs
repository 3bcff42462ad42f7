using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.Qmp.Protocol;

/// <summary>Lets the types of QEMU's schema take part in a serializer context of yours. Declare a member as the union itself, not as one
/// of its branches.</summary>
/// <typeparam name="T">The type.</typeparam>
public sealed class QmpDataConverter<T> : JsonConverter<T>
    where T : IQmpData<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        value.Write(writer);
    }
}
