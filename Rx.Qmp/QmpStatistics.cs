namespace Rx.Qmp;

/// <summary>Counts since the client was made, read at one moment.</summary>
/// <param name="CommandsSent">Commands put on the wire, the handshake included.</param>
/// <param name="Replies">Replies that answered a command in flight.</param>
/// <param name="LateReplies">Of these, replies to commands that had timed out or been cancelled; dropped.</param>
/// <param name="StrayReplies">Replies with an id no command in flight has; dropped.</param>
/// <param name="UnattributedErrors">Errors without id. They belong to nobody and complete no command; one that then runs out of time
/// carries the latest.</param>
/// <param name="Events">Events received, observed or not.</param>
/// <param name="DroppedEvents">Events not delivered to one subscriber because its buffer was full, or kept only the latest;
/// counted per subscriber.</param>
/// <param name="UnreadableEvents">Events left out of a typed stream because they do not have the type's shape; counted per type, and per
/// subscriber where the buffer keeps only the latest.</param>
/// <param name="UnknownMessages">Objects that are neither greeting, event nor reply, and greetings after the first.</param>
/// <param name="MalformedMessages">Messages that are not valid JSON or contradict themselves.</param>
/// <param name="SlowCommands">Commands that passed the warning time.</param>
/// <param name="FailedObservers">Observers dropped because they threw.</param>
/// <param name="BytesRead">Bytes read.</param>
/// <param name="BytesWritten">Bytes written.</param>
public readonly record struct QmpStatistics(
    long CommandsSent,
    long Replies,
    long LateReplies,
    long StrayReplies,
    long UnattributedErrors,
    long Events,
    long DroppedEvents,
    long UnreadableEvents,
    long UnknownMessages,
    long MalformedMessages,
    long SlowCommands,
    long FailedObservers,
    long BytesRead,
    long BytesWritten);
