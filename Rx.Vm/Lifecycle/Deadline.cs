namespace Rx.Vm.Lifecycle;

/// <summary>What a state waits for and how long: data, turned into a timer by the pipeline.</summary>
/// <param name="Id">Unique in the machine's life; a timer that fires for another id is late and ignored.</param>
/// <param name="Kind">What is waited for.</param>
/// <param name="After">How long from the moment it was armed. Relative, because absolute times break when the clock steps.</param>
/// <param name="ArmedAt">When it was armed, in time since the machine was made.</param>
/// <param name="Extensions">How often it was given its time again because the machine was at work.</param>
internal readonly record struct Deadline(long Id, DeadlineKind Kind, TimeSpan After, TimeSpan ArmedAt, int Extensions = 0)
{
    /// <summary>How often a limit is given its time again at most: with the first time, five times itself.</summary>
    public const int MaxExtensions = 4;

    /// <summary>
    /// Whether a machine at work gets more time: it is the machine that is waited for, the work is one that ends, and the time is not yet
    /// used up. On a busy host a boot takes many times as long as on an idle one.
    /// </summary>
    public bool MayExtend =>
        Extensions < MaxExtensions && Kind is (DeadlineKind.Boot or DeadlineKind.QmpGreeting or DeadlineKind.PodStart);
}
