using Microsoft.Reactive.Testing;

namespace Rx.Vm.Testing.Running;

/// <summary>Windows of the scheduler's kind, and in whole frames.</summary>
internal static class Windows
{
    public static MarbleWindow Of(Subscription subscription) => new(
        TimeSpan.FromTicks(subscription.Subscribe),
        subscription.Unsubscribe == Subscription.Infinite ? null : TimeSpan.FromTicks(subscription.Unsubscribe));

    public static (long Begin, long? End) Frames(MarbleWindow window, TimeSpan frame) =>
        (window.Subscribe.Ticks / frame.Ticks, window.Unsubscribe?.Ticks / frame.Ticks);
}
