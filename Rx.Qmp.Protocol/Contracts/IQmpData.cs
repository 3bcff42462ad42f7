using System.Text.Json;

namespace Rx.Qmp.Protocol;

/// <summary>A type of QEMU's schema that reads and writes itself.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IQmpData<TSelf>
    where TSelf : IQmpData<TSelf>
{
    /// <summary>Reads one. Members it does not know are passed over, words and branches it does not know are kept, and a member that is null
    /// counts as missing unless null is one of its values. What only a reply or an event has may be missing, all of it; what only a command's
    /// arguments have must be there unless it is optional.</summary>
    /// <param name="reader">On the first token of the value; on the last afterwards.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">It has another shape, a number does not fit, or an argument that must be there is
    /// missing.</exception>
    static abstract TSelf Read(ref Utf8JsonReader reader);

    /// <summary>Writes it, without the members that are null or default.</summary>
    /// <param name="writer">Where a value is due.</param>
    void Write(Utf8JsonWriter writer);
}
