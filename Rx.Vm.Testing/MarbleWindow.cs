namespace Rx.Vm.Testing;

/// <summary>From when until when something is subscribed. What happens at the end itself is no longer seen.</summary>
/// <param name="Subscribe">The beginning, in time since the run began.</param>
/// <param name="Unsubscribe">The end, or null for a subscription that stays.</param>
public readonly record struct MarbleWindow(TimeSpan Subscribe, TimeSpan? Unsubscribe)
{
    /// <summary>The window as a diagram with frames of 1 ms, such as <c>^--!</c>.</summary>
    public override string ToString() => Marbles.RenderWindow(this);
}
