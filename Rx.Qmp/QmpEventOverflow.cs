namespace Rx.Qmp;

/// <summary>What happens to a subscription whose buffer is full. The socket is read on in every case.</summary>
public enum QmpEventOverflow
{
    /// <summary>The oldest waiting event is dropped and counted.</summary>
    DropOldest,

    /// <summary>The new event is dropped and counted.</summary>
    DropNewest,

    /// <summary>The subscription ends with <see cref="QmpEventOverflowException"/>.</summary>
    Fail,

    /// <summary>Of the events with one key (<see cref="QmpEventBuffer.Key"/>) only the latest waits, in the place of the first; the one it
    /// replaces is counted. The capacity limits the keys: beyond it the event that waited longest is dropped and counted.</summary>
    Latest,

    /// <summary>Never full: whatever the subscriber has not taken yet is kept. For a subscriber that is known to keep up, or streams that
    /// are known to end; a flood and a stuck subscriber take all memory there is.</summary>
    Unbounded,
}
