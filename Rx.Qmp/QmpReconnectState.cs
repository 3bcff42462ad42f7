namespace Rx.Qmp;

/// <summary>The state of a <see cref="QmpReconnectingClient"/>.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Connection">How many connections have come about so far, the one at hand included. Events that come after
/// <see cref="QmpReconnectPhase.Lost"/> belong to a later one.</param>
/// <param name="Retry">How many times in a row it has tried again; 0 at first.</param>
/// <param name="Greeting">What the server greeted with, from <see cref="QmpReconnectPhase.Resyncing"/> to
/// <see cref="QmpReconnectPhase.Ready"/>; else null.</param>
/// <param name="Cause">Why it was lost, or why it ended; null in the other phases, and where it ended on request.</param>
/// <param name="RetryAfter">When <see cref="QmpReconnectPhase.Lost"/>: how long until the next attempt; else null.</param>
public sealed record QmpReconnectState(
    QmpReconnectPhase Phase,
    int Connection,
    int Retry,
    QmpGreeting? Greeting = null,
    QmpException? Cause = null,
    TimeSpan? RetryAfter = null);
