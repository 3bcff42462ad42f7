using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Cli.Terminal;

/// <summary>What to tell somebody who waits for a machine that does not answer: for what, for how long so far, for how long at most.</summary>
internal static class WaitNotices
{
    private const string KillHint = "Ctrl-C or a signal kills the machine now";

    private static readonly TimeSpan[] Starting = [.. new[] { 15, 30, 60 }.Select(s => TimeSpan.FromSeconds(s))];
    private static readonly TimeSpan[] Ending = [.. new[] { 3, 10, 20, 30, 60 }.Select(s => TimeSpan.FromSeconds(s))];
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A line whenever a phase that should pass has lasted: an end for 3, 10, 20, 30 and 60 seconds, a start for 15, 30 and 60, both every
    /// minute then. Completes and fails with <paramref name="states"/>.
    /// </summary>
    /// <param name="states">The machine.</param>
    /// <param name="limits">How long it waits for what.</param>
    /// <param name="startsToo">Whether starts are told too, because nothing else shows them.</param>
    /// <param name="scheduler">The time.</param>
    public static IObservable<string> Of(IObservable<VmState> states, VmTimeouts limits, bool startsToo, IScheduler scheduler) => states
        .Select(state => (state.Phase, state.Queued))
        .DistinctUntilChanged()
        .Select(now => Occasions(now.Phase, startsToo, scheduler).Select(waited => Line(now.Phase, now.Queued, waited, limits)))
        .Switch();

    private static IObservable<TimeSpan> Occasions(VmPhase phase, bool startsToo, IScheduler scheduler)
    {
        var first = phase switch
        {
            VmPhase.Running or VmPhase.Gone => [],
            VmPhase.Preparing or VmPhase.Booting or VmPhase.Init or VmPhase.Starting => startsToo ? Starting : [],
            VmPhase.Stopping or VmPhase.Cleaning or VmPhase.Terminating or VmPhase.Destroying => Ending,
        };
        return first.Length == 0
            ? Observable.Empty<TimeSpan>()
            : Observable.Generate(
                0,
                _ => true,
                i => i + 1,
                i => At(first, i),
                i => At(first, i) - (i == 0 ? TimeSpan.Zero : At(first, i - 1)),
                scheduler);
    }

    private static TimeSpan At(TimeSpan[] first, int i) => i < first.Length ? first[i] : first[^1] + (Later * (i - first.Length + 1));

    private static string Line(VmPhase phase, bool isQueued, TimeSpan waited, VmTimeouts limits)
    {
        var line = FormattableString.Invariant($"still {PhaseWords.Of(phase, isQueued)} after {waited.TotalSeconds:0} s");
        return phase switch
        {
            VmPhase.Stopping or VmPhase.Cleaning => $"{line} (at most {Seconds(limits.PodStop)}; {KillHint})",
            VmPhase.Terminating => $"{line} (at most {Seconds(limits.PodDestroy + limits.Kill)}; {KillHint})",
            _ when isQueued => $"{line} ('rxvm doctor' names who holds the places)",
            _ => line,
        };
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.#} s");
}
