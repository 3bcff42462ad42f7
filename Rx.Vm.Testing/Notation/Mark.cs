namespace Rx.Vm.Testing.Notation;

/// <summary>Something at a time in a diagram.</summary>
/// <param name="Ticks">The time.</param>
/// <param name="Kind">What.</param>
/// <param name="Name">The name of a value or an error; else empty.</param>
/// <param name="Index">Where it stands in the text.</param>
internal readonly record struct Mark(long Ticks, MarkKind Kind, string Name, int Index);
