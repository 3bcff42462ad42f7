using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Vm.Cli.Native;
using Rx.Vm.Cli.Streams;
using Rx.Vm.Cli.Terminal;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Cli.Running;

/// <summary><c>rxvm run</c>: one pod in one machine, from spec to exit code.</summary>
internal sealed class PodRunner(RunSettings settings, CleanWriter error)
{
    private const string TooSlow = "the disk was too slow";

    // For what is still on its way when the machine has gone: output that nobody takes, a journal whose disk is slow.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IScheduler _scheduler = CliScheduler.Instance;
    private volatile RawTerminal? _terminal;

    /// <summary>Runs the pod and returns the program's exit code: the pod's, or one of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        using var stops = new StopRequests();
        using var limit = settings.Timeout is { } timeout ? _scheduler.Schedule(timeout, stops.TimeOut) : null;
        var verdict = new RunVerdict(settings, stops, error);
        try
        {
            var source = settings.Spec == "-" ? "the spec on standard input" : $"the spec {settings.Spec}";
            var spec = PodSpec.Parse(await WaitAsync(source, stops, () => SpecText.Read(settings.Spec)).ConfigureAwait(false));
            using var watch = DescriptorWatch.Start(descriptor => stops.OutputFailed(descriptor, Posix.BrokenPipe));
            await using var host = await VmHost.OpenAsync(HostOptions(), ct).ConfigureAwait(false);
            return await RunAsync(host, spec, stops, watch, verdict).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RxVmException or OperationCanceledException)
        {
            return verdict.OfBeginning(e);
        }
    }

    private async Task<int> RunAsync(VmHost host, PodSpec spec, StopRequests stops, DescriptorWatch watch, RunVerdict verdict)
    {
        using var events = settings.EventsPath is { } path
            ? await WaitAsync($"--events {path}", stops, () => EventLog.Open(path, settings.OtherFiles)).ConfigureAwait(false)
            : null;
        var preparing = new CancellationTokenSource();

        // Not booted yet: a missing image is found before there is a machine to clean up.
        var vm = host.Create(settings.Machine);
        using var logging = Log(vm, events);
        var isShown = !settings.Verbose && ProgressDisplay.Suits(error);
        using var progress = isShown ? ProgressDisplay.Show(vm.States, error, _scheduler) : Disposable.Empty;
        using var notices = WaitNotices.Of(vm.States, settings.Machine.Timeouts, startsToo: !isShown, _scheduler).Subscribe(TellWait);
        stops.Follow(request => Stop(vm, request, preparing));
        int code;
        try
        {
            var pod = await vm.RunPodAsync(spec, preparing.Token).ConfigureAwait(false);
            progress.Dispose();
            var result = await FollowAsync(vm, pod, stops, watch).ConfigureAwait(false);
            code = verdict.OfPod(await EndAsync(vm).ConfigureAwait(false), result);
        }
        catch (Exception e) when (e is RxVmException or OperationCanceledException)
        {
            var last = await EndAsync(vm).ConfigureAwait(false);
            progress.Dispose();
            code = verdict.OfFailure(last, e, vm.ConsoleTail);
        }

        await TellWhatIsMissingAsync(vm, events).ConfigureAwait(false);
        await Task.WhenAny(error.Written, stops.Insisted, AfterAsync(stops.Requested)).ConfigureAwait(false);
        StandardText.IsGivenUp = true;
        return code;
    }

    // Before there is a machine: whoever wonders why nothing happens is told what is waited for.
    private async Task<T> WaitAsync<T>(string what, StopRequests stops, Func<T> work)
    {
        using var notice = _scheduler.Schedule(Grace, () => Complaint.Write(error, $"still waiting for {what}"));
        return await stops.UnlessRequestedAsync(work).ConfigureAwait(false);
    }

    private static IDisposable? Log(VirtualMachine vm, EventLog? events)
    {
        if (events is null)
        {
            return null;
        }

        events.Started = vm.Journal.Header.CreatedAt;
        return vm.States.Subscribe(events);
    }

    private async Task<PodResult> FollowAsync(VirtualMachine vm, Pod pod, StopRequests stops, DescriptorWatch watch)
    {
        var first = pod.Containers[0];
        using var terminal = settings.Interactive && first.HasTerminal
            ? RawTerminal.Enter(error, redraw => Forgive(FitWindowAsync(vm, first, redraw)))
            : null;
        _terminal = terminal;
        if (terminal is not null)
        {
            Forgive(FitWindowAsync(vm, first, redraw: false));
        }

        var streams = new StandardStreams(watch, stops.OutputFailed);
        var copied = streams.CopyOutputAsync(pod.Containers);
        Forgive(FeedAsync(streams, pod, terminal));
        var result = await pod.Completion.ConfigureAwait(false);
        terminal?.Dispose();
        await Task.WhenAny(copied, stops.Insisted, AfterAsync(stops.Requested)).ConfigureAwait(false);
        if (!copied.IsCompleted)
        {
            Complaint.Write(error, "output is missing: nobody took it");
        }

        if (streams.Missed > 0)
        {
            Complaint.Write(error, $"{streams.Missed} bytes of output are missing: they were not taken in time");
        }

        stops.Decided();
        return result;
    }

    // Whoever has to wait for a machine that does not answer gets the keys back, to end the wait with them.
    private void TellWait(string line)
    {
        _terminal?.Dispose();
        Complaint.Write(error, line);
    }

    // When no key can reach the guest any more, the keys are the user's again: the output may still wait for whoever reads it.
    private async Task FeedAsync(StandardStreams streams, Pod pod, RawTerminal? terminal)
    {
        try
        {
            await streams.FeedAsync(pod.Containers, settings.Interactive).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            Complaint.Write(error, $"standard input can't be read: {e.Message}");
        }
        finally
        {
            terminal?.Dispose();
        }
    }

    // Full-screen programs draw anew only when the size changes: for a terminal that was somebody else's meanwhile it changes twice.
    private static async Task FitWindowAsync(VirtualMachine vm, Container container, bool redraw)
    {
        if (!Posix.TryGetWindowSize(StandardInput.Descriptor, out var rows, out var columns))
        {
            return;
        }

        if (redraw)
        {
            await vm.ResizeAsync(container.Streams, rows, columns == 1 ? 2 : columns - 1).ConfigureAwait(false);
        }

        await vm.ResizeAsync(container.Streams, rows, columns).ConfigureAwait(false);
    }

    private async Task AfterAsync(Task request)
    {
        await request.ConfigureAwait(false);
        await Observable.Timer(Grace, _scheduler).ToTask().ConfigureAwait(false);
    }

    // The machine may already be on its way out; either way it is gone afterwards.
    private static async Task<VmState> EndAsync(VirtualMachine vm)
    {
        await vm.ShutdownAsync().ConfigureAwait(false);
        return await vm.Completion.ConfigureAwait(false);
    }

    private async Task TellWhatIsMissingAsync(VirtualMachine vm, EventLog? events)
    {
        var recorded = Task.WhenAll(vm.Journal.Closed, events?.Ended ?? Task.CompletedTask);
        await Task.WhenAny(recorded, AfterAsync(Task.CompletedTask)).ConfigureAwait(false);
        if (events is not null && (events.Fault is not null || !events.Ended.IsCompleted))
        {
            Complaint.Write(error, $"--events {events.Path}: {events.Fault ?? TooSlow}; states are missing");
        }

        if (vm.Journal.Status is { Dropped: > 0 } or { Error: not null })
        {
            var status = vm.Journal.Status;
            Complaint.Write(error, $"--journal {status.Path}: {status.Error ?? TooSlow}; {status.Dropped} events are missing");
        }
    }

    // A machine that is on its way out already is told nothing new by a request in order: whoever sends a signal then wants it gone.
    private static void Stop(VirtualMachine vm, StopRequest request, CancellationTokenSource preparing)
    {
        if (request == StopRequest.Kill || (request == StopRequest.Signal && vm.State.Phase >= VmPhase.Stopping))
        {
            Forgive(vm.KillAsync());
        }
        else if (vm.State.Phase is VmPhase.Running or VmPhase.Starting)
        {
            Forgive(vm.StopPodAsync());
        }
        else
        {
            Forgive(vm.ShutdownAsync());
            preparing.Cancel();
        }
    }

    // The outcome shows in the machine's states; what the request itself says does not matter here.
    private static async void Forgive(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is RxVmException or OperationCanceledException or IOException)
        {
        }
    }

    private VmHostOptions HostOptions() => new()
    {
        Logger = Logging(),

        // Whoever calls this program reads files with their own rights anyway.
        Images = new ImageStoreOptions { Sources = ImageSourcePolicy.HostPaths },
        Driver = settings.Driver switch
        {
            MachineDriver.Qemu => null,
            MachineDriver.Sim => new SimulatedDriver(_scheduler),
        },
    };

    private ILogger Logging() => settings.Verbose
        ? new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(new LogLines(error)).CreateLogger()
        : Logger.None;
}
