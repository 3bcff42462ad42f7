using System.Reactive.Concurrency;

namespace Rx.Vm.Reactive;

/// <summary>Where time comes from and where observers are called. A test passes one virtual-time scheduler for both.</summary>
/// <param name="Time">Runs deadlines and measures time.</param>
/// <param name="Notify">Calls observers of public streams, never on the thread that handles a machine's events.</param>
public sealed record VmSchedulers(IScheduler Time, IScheduler Notify)
{
    /// <summary>Real time: deadlines on the platform's timers, observers on the thread pool.</summary>
#pragma warning disable RS0030 // The composition default: the one place where real time enters.
    public static VmSchedulers Real { get; } = new(DefaultScheduler.Instance, TaskPoolScheduler.Default);
#pragma warning restore RS0030

    /// <summary>Everything on one scheduler, such as a virtual-time one.</summary>
    public static VmSchedulers Single(IScheduler scheduler) => new(scheduler, scheduler);
}
