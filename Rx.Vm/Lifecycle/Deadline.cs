namespace Rx.Vm.Lifecycle;

/// <summary>What a state waits for and how long: data, turned into a timer by the pipeline.</summary>
/// <param name="Id">Unique in the machine's life; a timer that fires for another id is late and ignored (H5).</param>
/// <param name="Kind">What is waited for.</param>
/// <param name="After">How long from the moment it was armed. Relative, because absolute times break when the clock steps.</param>
/// <param name="ArmedAt">When it was armed, in time since the machine was made.</param>
public readonly record struct Deadline(long Id, DeadlineKind Kind, TimeSpan After, TimeSpan ArmedAt);
