using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Vm.Cli.Native;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Cli.Terminal;

/// <summary>
/// What a person sees while nothing runs yet: a status line with the phase and its time, on a terminal only, gone before the pod's own
/// output begins.
/// </summary>
internal static class ProgressDisplay
{
    private const string Wheel = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether <paramref name="error"/> is a terminal that knows the escapes of a status line.</summary>
    public static bool Suits(CleanWriter error) =>
        error.Output.IsTerminal && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Shows the phases of <paramref name="states"/> until it is disposed.</summary>
    public static IDisposable Show(IObservable<VmState> states, CleanWriter error, IScheduler scheduler)
    {
        var gate = new Lock();
        var ended = false;
        var turning = Frames(states, scheduler).Subscribe(frame =>
        {
            lock (gate)
            {
                // A job in the background leaves the terminal to the one in front.
                if (!ended && Posix.IsForeground(error.Output.Descriptor))
                {
                    error.SetStatus(frame);
                }
            }
        });
        return Disposable.Create(() =>
        {
            turning.Dispose();
            lock (gate)
            {
                ended = true;
                error.SetStatus(null);
            }
        });
    }

    /// <summary>The words to show, ten times a second, for as long as there is something to wait for.</summary>
    public static IObservable<string> Frames(IObservable<VmState> states, IScheduler scheduler) => states
        .Select(state => PhaseWords.Of(state.Phase, state.Queued))
        .DistinctUntilChanged()
        .Select(words =>
        {
            // Turns come late on a busy machine; the time is not counted by them.
            var since = scheduler.StartStopwatch();
            return Observable.Timer(TimeSpan.Zero, Turn, scheduler).Select(turn => Frame(words, turn, (int)since.Elapsed.TotalSeconds));
        })
        .Switch();

    private static string Frame(string words, long turn, int seconds) =>
        $"{Wheel[(int)(turn % Wheel.Length)]} {words}{(seconds >= 3 ? $", {seconds} s" : "")}";
}
