using System.Reactive.Concurrency;

namespace DynamicData.Internal;

/// <summary>The one place where a missing scheduler becomes the default one.</summary>
internal static class SchedulerChoice
{
    /// <summary>
    /// The given scheduler, or System.Reactive's default. The upstream signatures have an optional scheduler, and code written against them
    /// must compile and run; the project's own code always passes one.
    /// </summary>
    public static IScheduler OrDefault(this IScheduler? scheduler)
    {
#pragma warning disable RS0030 // Source compatibility with the upstream package; see above.
        return scheduler ?? Scheduler.Default;
#pragma warning restore RS0030
    }
}
