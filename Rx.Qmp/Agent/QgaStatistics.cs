namespace Rx.Qmp.Agent;

/// <summary>Counts since the client connected, read at one moment.</summary>
/// <param name="CommandsSent">Commands sent, those for coming into step not included.</param>
/// <param name="Synchronisations">How often the agent came into step.</param>
/// <param name="StrayMessages">Messages nobody waited for: late replies, and replies to others.</param>
/// <param name="DiscardedBytes">Bytes passed over that were no message.</param>
public readonly record struct QgaStatistics(long CommandsSent, long Synchronisations, long StrayMessages, long DiscardedBytes);
