using System.Text.Json;

namespace Rx.Qmp;

/// <summary>Reads an event's data into a type, from wherever its bytes are.</summary>
internal static class TypedEvent
{
    /// <summary>The typed event, or null where the data makes no sense.</summary>
    /// <param name="data">The data object; empty if the event has none.</param>
    /// <param name="timestamp">When it happened.</param>
    public static TEvent? TryRead<TEvent>(ReadOnlySpan<byte> data, DateTimeOffset? timestamp)
        where TEvent : class, IQmpTypedEvent<TEvent>
    {
        try
        {
            var whole = data.IsEmpty ? "{}"u8 : data;
            var reader = new Utf8JsonReader(whole, OwnedJson.ReaderOptions);
            reader.Read();
            var read = TEvent.Read(ref reader, timestamp);
            return reader.BytesConsumed == whole.Length ? read : null;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // By contract, not by type: the event may be of the application's own making.
            return null;
        }
    }
}
