using System.Reactive.Concurrency;
using System.Runtime.InteropServices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using Serilog;
using Serilog.Core;

namespace Rx.Vm.Cli.Running;

/// <summary><c>rxvm run</c>: one pod in one machine, from spec to exit code.</summary>
internal sealed class PodRunner(RunSettings settings, TextWriter error)
{
    private bool _timedOut;

    /// <summary>Runs the pod and returns the program's exit code: the pod's, or one of <see cref="ExitCodes"/>.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        try
        {
            var spec = await ReadSpecAsync(ct).ConfigureAwait(false);
            await using var host = await VmHost.OpenAsync(HostOptions(), ct).ConfigureAwait(false);
            return await RunAsync(host, spec).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RxVmException or OperationCanceledException)
        {
            Complaint.Write(error, e.Message);
            return ExitCodes.Failed;
        }
    }

    private async Task<int> RunAsync(VmHost host, PodSpec spec)
    {
        using var events = settings.EventsPath is { } path ? EventLog.Open(path, CliScheduler.Instance.Now) : null;

        // Not booted yet: a missing image is found before there is a machine to clean up.
        var vm = host.Create(Size(settings.Machine, spec));
        var progress = ProgressDisplay.Start(settings.Verbose);
        using var progressing = vm.States.Subscribe(progress);
        using var logging = events is null ? null : vm.States.Subscribe(events);
        using var interrupts = new Interrupts(count => Interrupt(vm, count));
        using var limit = settings.Timeout is { } timeout
            ? CliScheduler.Instance.Schedule(timeout, () => TimeOut(vm))
            : null;
        try
        {
            var pod = await vm.RunPodAsync(spec).ConfigureAwait(false);
            await progress.HideAsync().ConfigureAwait(false);
            var result = await FollowAsync(vm, pod).ConfigureAwait(false);
            return Verdict(await EndAsync(vm).ConfigureAwait(false), result, interrupts.First);
        }
        catch (RxVmException e)
        {
            await progress.HideAsync().ConfigureAwait(false);
            var last = await EndAsync(vm).ConfigureAwait(false);
            return Failure(vm, last, e, interrupts.First);
        }
    }

    private async Task<PodResult> FollowAsync(VirtualMachine vm, Pod pod)
    {
        using var streams = new StandardStreams();
        var terminal = settings.Interactive && pod.Containers[0].HasTerminal;
        using var mode = terminal ? TerminalMode.EnterRaw() : null;
        using var resized = mode is null ? null : FollowWindow(vm, pod.Containers[0]);
        var copied = streams.CopyOutputAsync(pod.Containers, () => Forgive(vm.StopPodAsync()));
        Forgive(streams.FeedAsync(pod.Containers, settings.Interactive));
        var result = await pod.Completion.ConfigureAwait(false);
        await copied.ConfigureAwait(false);
        return streams.IsClosed ? result with { ExitCodes = new([ExitCodes.OutputClosed]) } : result;
    }

    // The machine may already be on its way out; either way it is gone afterwards.
    private static async Task<VmState> EndAsync(VirtualMachine vm)
    {
        await vm.ShutdownAsync().ConfigureAwait(false);
        return await vm.Completion.ConfigureAwait(false);
    }

    private int Verdict(VmState last, PodResult result, int signal)
    {
        if (last.ResourcesLost)
        {
            Complaint.Write(error, $"{last.VmId}: something of the machine could not be removed: {last.Message}");
        }

        if (_timedOut)
        {
            Complaint.Write(error, $"{result.PodId}: stopped after {settings.Timeout!.Value.TotalSeconds:0.###} s (--timeout)");
            return ExitCodes.TimedOut;
        }

        if (signal > 0)
        {
            return result.ExitCode is { } code and not 0 ? code : ExitCodes.BySignal(signal);
        }

        if (result.ExitCode is { } known)
        {
            return known;
        }

        Complaint.Write(error, $"{result.PodId}: the pod was lost with its machine: {last.Message ?? last.Reason.ToString()}");
        return ExitCodes.Failed;
    }

    private int Failure(VirtualMachine vm, VmState last, RxVmException e, int signal)
    {
        if (_timedOut)
        {
            Complaint.Write(error, $"{vm.Id}: stopped after {settings.Timeout!.Value.TotalSeconds:0.###} s (--timeout)");
            return ExitCodes.TimedOut;
        }

        if (signal > 0)
        {
            return ExitCodes.BySignal(signal);
        }

        // A machine that was never started has no id that anybody knows; whoever refused it says it best.
        Complaint.Write(error, e is VmFailedException { InnerException: { } refusal } ? refusal.Message : e.Message);
        if (last.Reason is VmReason.BootTimedOut or VmReason.GuestShutdown or VmReason.ConnectionLost)
        {
            foreach (var line in LastWords(vm.ConsoleTail))
            {
                Complaint.Write(error, $"console: {line}");
            }
        }

        return ExitCodes.Failed;
    }

    // A panic says why in its first line; the call trace behind it says nothing to most people.
    private static IEnumerable<string> LastWords(IReadOnlyList<string> console)
    {
        var panic = console.Where(line => line.Contains("Kernel panic", StringComparison.Ordinal)).Take(1);
        return panic.Any() ? panic : console.TakeLast(5);
    }

    private void Interrupt(VirtualMachine vm, int count)
    {
        if (count > 1)
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
        }
    }

    private void TimeOut(VirtualMachine vm)
    {
        _timedOut = true;
        Forgive(vm.ShutdownAsync());
    }

    private static IDisposable FollowWindow(VirtualMachine vm, Container container)
    {
        void Resize() => Forgive(vm.ResizeAsync(container.Streams, Math.Max(1, Console.WindowHeight), Math.Max(1, Console.WindowWidth)));
        Resize();
        return PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize());
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

    private static VmOptions Size(VmOptions machine, PodSpec spec) => machine with
    {
        Cpus = spec.Resources.Vcpu ?? machine.Cpus,
        Memory = spec.Resources.Memory?.MiB() ?? machine.Memory,
    };

    private async Task<string> ReadTextAsync(CancellationToken ct)
    {
        try
        {
            return settings.Spec == "-"
                ? await Console.In.ReadToEndAsync(ct).ConfigureAwait(false)
                : await File.ReadAllTextAsync(settings.Spec, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RxVmException($"{settings.Spec}: {e.Message}", e);
        }
    }

    private async Task<PodSpec> ReadSpecAsync(CancellationToken ct) => PodSpec.Parse(await ReadTextAsync(ct).ConfigureAwait(false));

    private VmHostOptions HostOptions() => new()
    {
        Logger = Logging(),
        Driver = settings.Driver switch
        {
            MachineDriver.Qemu => null,
            MachineDriver.Sim => new SimulatedDriver(CliScheduler.Instance),
        },
    };

    private ILogger Logging() => settings.Verbose
        ? new LoggerConfiguration().MinimumLevel.Debug()
            .WriteTo.Console(standardErrorFromLevel: Serilog.Events.LogEventLevel.Verbose).CreateLogger()
        : Logger.None;
}
