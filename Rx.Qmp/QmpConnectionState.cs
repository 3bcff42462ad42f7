namespace Rx.Qmp;

/// <summary>The state of a connection.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Greeting">What the server greeted with, once <see cref="QmpConnectionPhase.Ready"/>; else null.</param>
/// <param name="Cause">Why it was lost; null in every other phase.</param>
public sealed record QmpConnectionState(QmpConnectionPhase Phase, QmpGreeting? Greeting = null, QmpException? Cause = null);
