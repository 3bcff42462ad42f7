using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rx.Qmp;

/// <summary>One event, known or not. Its data stays UTF-8 until someone asks; the event owns the bytes, so it may be kept.</summary>
public sealed class QmpEvent
{
    /// <summary>Makes an event; the client makes its own, this is for simulations and tests.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="timestamp">When it happened, or null if unknown.</param>
    /// <param name="data">The data object in UTF-8, kept without copying; empty if the event has none.</param>
    public QmpEvent(string name, DateTimeOffset? timestamp, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Timestamp = timestamp;
        Data = data;
    }

    /// <summary>The name, such as SHUTDOWN. Names later QEMU versions invent arrive like any other.</summary>
    public string Name { get; }

    /// <summary>When the event happened by the server's clock, exact to a microsecond; null where that clock failed. For a rate-limited
    /// event this is earlier than its arrival.</summary>
    public DateTimeOffset? Timestamp { get; }

    /// <summary>The data object as sent, in UTF-8; empty if the event has none.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Reads the data into a type; an event without data reads as an empty object.</summary>
    /// <typeparam name="T">The wanted type.</typeparam>
    /// <param name="typeInfo">Its source-generated description.</param>
    /// <returns>The data.</returns>
    /// <exception cref="QmpProtocolException">The data has another shape.</exception>
    public T? GetData<T>(JsonTypeInfo<T> typeInfo) => OwnedJson.Deserialize(DataOrEmpty, typeInfo);

    /// <summary>Reads the data into a tree of its own; an event without data reads as an empty object.</summary>
    /// <returns>The root.</returns>
    /// <exception cref="QmpProtocolException">The data is not valid JSON.</exception>
    public JsonElement GetDataElement() => OwnedJson.Parse(DataOrEmpty);

    /// <summary>Reads the event as a typed one.</summary>
    /// <typeparam name="TEvent">The type, such as <see cref="Protocol.ShutdownEvent"/>.</typeparam>
    /// <returns>The typed event, or null where this is another event or its data makes no sense.</returns>
    public TEvent? TryRead<TEvent>()
        where TEvent : class, IQmpTypedEvent<TEvent> =>
        Name == TEvent.EventName ? TypedEvent.TryRead<TEvent>(Data.Span, Timestamp) : null;

    /// <summary>
    /// True if the event is about this thing: if its data names it as device, id or node-name, or by a path or qom-path whose last part it is.
    /// So for a device disk0 DEVICE_DELETED and DEVICE_UNPLUG_GUEST_ERROR of /machine/peripheral/disk0 count, whether they carry the id or
    /// only the path, but not DEVICE_DELETED of its parts; for a job JOB_STATUS_CHANGE (id) and BLOCK_JOB_COMPLETED (device).
    /// </summary>
    /// <param name="id">The device's, job's, port's or node's name.</param>
    /// <returns>Whether it is.</returns>
    public bool Concerns(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return EventSubject.Is(Data.Span, id);
    }

    /// <summary>The name only: data may hold secrets and has no place in a log.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>The data as a tree, or an undefined element where it is not valid JSON: for those to whom the event matters more than
    /// what it says.</summary>
    internal JsonElement DataLeniently => LenientJson.Parse(DataOrEmpty, OwnedJson.MaxDepth);

    private ReadOnlySpan<byte> DataOrEmpty => Data.IsEmpty ? "{}"u8 : Data.Span;
}
