namespace Rx.Qmp;

/// <summary>How far one subscriber may fall behind.</summary>
/// <param name="Capacity">Events that may wait; at least 1.</param>
/// <param name="Overflow">What happens beyond that.</param>
public sealed record QmpEventBuffer(int Capacity, QmpEventOverflow Overflow);
