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
            var reader = new Utf8JsonReader(data.IsEmpty ? "{}"u8 : data, OwnedJson.ReaderOptions);
            reader.Read();
            return TEvent.Read(ref reader, timestamp);
        }
        catch (Exception fault) when (OwnedJson.IsBadInput(fault))
        {
            return null;
        }
    }
}
