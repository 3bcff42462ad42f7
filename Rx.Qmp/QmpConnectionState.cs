namespace Rx.Qmp;

/// <summary>The state of a client's connection.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Greeting">What the server greeted with, while <see cref="QmpConnectionPhase.Resyncing"/> or
/// <see cref="QmpConnectionPhase.Ready"/>; else null.</param>
/// <param name="Cause">Why it was lost; null in every other phase.</param>
/// <param name="Connection">How many connections have come about so far, the one at hand included: events that come after a
/// <see cref="QmpConnectionPhase.Lost"/> belong to a later one.</param>
/// <param name="Retry">How many times in a row the client has tried again; 0 at first, and again after a connection that lasted.</param>
/// <param name="RetryAfter">When <see cref="QmpConnectionPhase.Lost"/>: how long until the next attempt; null: there will be none.</param>
public sealed record QmpConnectionState(
    QmpConnectionPhase Phase,
    QmpGreeting? Greeting = null,
    QmpException? Cause = null,
    int Connection = 0,
    int Retry = 0,
    TimeSpan? RetryAfter = null)
{
    /// <summary>True when nothing follows: the client is closed, or lost its connection and will not make another.</summary>
    public bool IsFinal => Phase == QmpConnectionPhase.Closed || (Phase == QmpConnectionPhase.Lost && RetryAfter is null);
}
