namespace Rx.Vm.Testing;

/// <summary>A marble of a lane, ready to be drawn.</summary>
/// <param name="At">Its time.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Label">What stands in it; empty for a completion.</param>
/// <param name="Detail">The value in full, for the tooltip.</param>
public readonly record struct MarbleMark(TimeSpan At, MarbleMarkKind Kind, string Label, string Detail);
