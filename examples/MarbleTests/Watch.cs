using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.Vm.Lifecycle;

namespace MarbleTests;

/// <summary>
/// What an application might do with the streams of its machines. The scheduler is a parameter, so that a test can be the clock.
/// </summary>
public static class Watch
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The phases in which a machine has been for <paramref name="limit"/>, except for those it may stay in.</summary>
    public static IObservable<VmPhase> Stuck(this IObservable<VmPhase> phases, TimeSpan limit, IScheduler scheduler) => phases
        .DistinctUntilChanged() // A machine publishes a state for every visible change; not each is a new phase.
        .Select(phase => phase is VmPhase.Preparing or VmPhase.Init or VmPhase.Running or VmPhase.Gone
            ? Observable.Empty<VmPhase>()
            : Observable.Timer(limit, scheduler).Select(_ => phase))
        .Switch();

    /// <summary>
    /// Starts a machine, and the next one when it has gone although nobody wanted that: 1 s later, then 2 s, 4 s and so on, until
    /// <paramref name="most"/> have been tried. Says why each of them ended.
    /// </summary>
    /// <param name="machine">Starts a machine with each subscription, and says why it ended when it has gone.</param>
    /// <param name="most">How many machines are tried.</param>
    /// <param name="scheduler">Where time comes from.</param>
    public static IObservable<VmReason> KeepRunning(this IObservable<VmReason> machine, int most, IScheduler scheduler)
    {
        return Try(1);

        IObservable<VmReason> Try(int number) => machine.SelectMany(reason =>
        {
            var last = number == most || reason is VmReason.ShutdownRequested or VmReason.KillRequested;
            var pause = FirstPause * Math.Pow(2, number - 1);
            return last ? Observable.Return(reason) : Try(number + 1).DelaySubscription(pause, scheduler).Prepend(reason);
        });
    }
}
