namespace Rx.Qmp.Session;

/// <summary>The counters behind <see cref="QmpStatistics"/>. Fields, so that they can be incremented atomically.</summary>
internal sealed class SessionCounters
{
    public long CommandsSent;
    public long Replies;
    public long LateReplies;
    public long StrayReplies;
    public long UnattributedErrors;
    public long Events;
    public long DroppedEvents;
    public long UnreadableEvents;
    public long UnknownMessages;
    public long MalformedMessages;
    public long SlowCommands;
    public long FailedObservers;
    public long BytesRead;
    public long BytesWritten;

    public QmpStatistics Snapshot() => new(
        Volatile.Read(ref CommandsSent),
        Volatile.Read(ref Replies),
        Volatile.Read(ref LateReplies),
        Volatile.Read(ref StrayReplies),
        Volatile.Read(ref UnattributedErrors),
        Volatile.Read(ref Events),
        Volatile.Read(ref DroppedEvents),
        Volatile.Read(ref UnreadableEvents),
        Volatile.Read(ref UnknownMessages),
        Volatile.Read(ref MalformedMessages),
        Volatile.Read(ref SlowCommands),
        Volatile.Read(ref FailedObservers),
        Volatile.Read(ref BytesRead),
        Volatile.Read(ref BytesWritten));
}
