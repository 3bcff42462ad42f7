using System.Text.Json;

namespace Rx.Qmp;

/// <summary>An event with its data read.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IQmpTypedEvent<TSelf>
    where TSelf : class, IQmpTypedEvent<TSelf>
{
    /// <summary>The event's name on the wire.</summary>
    static abstract string EventName { get; }

    /// <summary>Reads the data of an event of that name. Unknown members are ignored, missing ones are null, and unknown words are kept.</summary>
    /// <param name="data">On the first token of its data, an empty object where it has none; on the last afterwards.</param>
    /// <param name="timestamp">When it happened, by the server's clock; null if unknown.</param>
    /// <returns>The typed event.</returns>
    /// <exception cref="JsonException">A member is misshapen.</exception>
    static abstract TSelf Read(ref Utf8JsonReader data, DateTimeOffset? timestamp);
}
