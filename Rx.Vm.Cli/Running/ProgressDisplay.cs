using Rx.Vm.Lifecycle;
using Spectre.Console;

namespace Rx.Vm.Cli.Running;

/// <summary>
/// What a person sees on standard error while nothing runs yet: a spinner with the phase, on a terminal only, gone before the pod's own
/// output begins. With <c>--verbose</c> one line a state instead, wherever standard error goes.
/// </summary>
internal sealed class ProgressDisplay : IObserver<VmState>
{
    private readonly bool _verbose;
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _words = "preparing";

    private ProgressDisplay(bool verbose) => _verbose = verbose;

    /// <summary>Completes when the spinner, if there is one, has left the terminal.</summary>
    public Task Gone { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the display.</summary>
    public static ProgressDisplay Start(bool verbose)
    {
        var display = new ProgressDisplay(verbose);
        if (!verbose && !Console.IsErrorRedirected)
        {
            display.Gone = display.SpinAsync();
        }

        return display;
    }

    /// <summary>Takes the spinner off the terminal.</summary>
    public Task HideAsync()
    {
        _quiet.TrySetResult();
        return Gone;
    }

    /// <inheritdoc/>
    public void OnNext(VmState state)
    {
        _words = state.Queued ? "waiting for others to boot" : Words(state.Phase);
        if (state.Phase is VmPhase.Terminating or VmPhase.Destroying or VmPhase.Gone)
        {
            _quiet.TrySetResult();
        }

        if (_verbose)
        {
            var why = state.Reason == VmReason.None ? "" : $" ({Complaint.OneLine(state.Message ?? state.Reason.ToString())})";
            Console.Error.WriteLine($"{state.At.TotalSeconds,8:0.000} {state.VmId} {state.Phase}{(state.Queued ? ", waiting for others to boot" : "")}{why}");
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error) => _quiet.TrySetResult();

    /// <inheritdoc/>
    public void OnCompleted() => _quiet.TrySetResult();

    private async Task SpinAsync()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Status().StartAsync(_words, async context =>
        {
            while (!_quiet.Task.IsCompleted)
            {
                context.Status(_words);
                await Task.WhenAny(_quiet.Task, Tick()).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private static Task Tick()
    {
        var tick = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        System.Reactive.Concurrency.Scheduler.Schedule(CliScheduler.Instance, TimeSpan.FromMilliseconds(100), tick.SetResult);
        return tick.Task;
    }

    private static string Words(VmPhase phase) => phase switch
    {
        VmPhase.Preparing => "preparing",
        VmPhase.Booting => "booting the machine",
        VmPhase.Init => "machine ready",
        VmPhase.Starting => "starting the pod",
        VmPhase.Running => "running",
        VmPhase.Stopping => "stopping the pod",
        VmPhase.Cleaning => "cleaning up",
        VmPhase.Terminating => "shutting down",
        VmPhase.Destroying => "releasing resources",
        VmPhase.Gone => "gone",
    };
}
