using System.Reactive.Concurrency;

namespace Rx.Qmp;

/// <summary>Real time: deadlines on the platform's timers, observers on the thread pool.</summary>
internal static class RealTime
{
#pragma warning disable RS0030 // The default of the options: the one place where real time enters.
    public static IScheduler Scheduler => DefaultScheduler.Instance;
#pragma warning restore RS0030
}
