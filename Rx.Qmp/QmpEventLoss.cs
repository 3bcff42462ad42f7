namespace Rx.Qmp;

/// <summary>What one subscription has lost since it began.</summary>
/// <param name="Dropped">Events dropped because the buffer was full.</param>
/// <param name="Replaced">Events a later one of the same key took the place of (<see cref="QmpEventOverflow.Latest"/>).</param>
public readonly record struct QmpEventLoss(long Dropped, long Replaced);
