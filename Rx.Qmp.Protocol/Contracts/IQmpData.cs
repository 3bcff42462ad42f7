using System.Text.Json;

namespace Rx.Qmp.Protocol;

/// <summary>A type of QEMU's schema that reads and writes itself.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IQmpData<TSelf>
    where TSelf : IQmpData<TSelf>
{
    /// <summary>Reads one. Members it does not know are passed over, words and branches it does not know are kept, and a null where a member
    /// may be missing counts as missing.</summary>
    /// <param name="reader">On the first token of the value; on the last afterwards.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">It has another shape, or a member it must have is missing.</exception>
    /// <exception cref="FormatException">A number does not fit.</exception>
    static abstract TSelf Read(ref Utf8JsonReader reader);

    /// <summary>Writes it, without the optional members that are null.</summary>
    /// <param name="writer">Where a value is due.</param>
    void Write(Utf8JsonWriter writer);
}
