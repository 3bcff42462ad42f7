using System.Globalization;
using System.Reactive.Concurrency;
using Rx.Vm.Native;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Tests.Qemu;

namespace Rx.Vm.Tests.Endings;

/// <summary>
/// Measures how long a machine lives on when its host's process ends without disposing it: <c>Rx.Vm.Tests endings [ROUNDS]</c>. Each round
/// is a host in a process of its own.
/// </summary>
/// <param name="output">Where the table goes.</param>
/// <param name="clock">Measures.</param>
internal sealed class EndingsProgram(TextWriter output, IScheduler clock)
{
    private static readonly Ending[] Endings =
        [Ending.Return, Ending.Terminate, Ending.Hangup, Ending.Interrupt, Ending.Quit, Ending.Kill, Ending.Crash];

    private readonly IStopwatch _watch = clock.StartStopwatch();

    /// <summary>Runs it: 0 when nothing was left, 1 when something was, 2 when the command line is not one.</summary>
    public async Task<int> RunAsync(string[] args)
    {
        var rounds = 5;
        if (args.Length > 1 || (args.Length == 1 && !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out rounds)))
        {
            output.WriteLine("endings [ROUNDS]");
            return 2;
        }

        output.WriteLine("| the host ends by | machines | the host is gone after | all machines are gone after | left |");
        output.WriteLine("|---|---|---|---|---|");
        var left = 0;
        foreach (var ending in Endings)
        {
            left += await MeasureAsync(
                ending, "1, guest ready", rounds, o => o with { UntilGuestIsReady = true, KernelPath = null, InitrdPath = null });
            left += await MeasureAsync(ending, "5", rounds, o => o with { Machines = 5 });
        }

        left += await MeasureAsync(Ending.Kill, "5, stopped (SIGSTOP)", rounds, o => o with { Machines = 5 }, stop: true);
        left += await MeasureAsync(Ending.Kill, "50", rounds, o => o with { Machines = 50 });
        return left == 0 ? 0 : 1;
    }

    private async Task<int> MeasureAsync(Ending ending, string title, int rounds, Func<HostOrder, HostOrder> order, bool stop = false)
    {
        List<double> host = [], machines = [];
        var left = 0;
        for (var round = 0; round < rounds; round++)
        {
            using var temp = new TemporaryDirectory();
            var (kernel, initrd) = TinyKernel.Write(temp.Path);
            using var process = HostProcess.Start(order(new HostOrder
            {
                Root = temp["run"], Prefix = $"end-{Environment.ProcessId}-{round}", KernelPath = kernel, InitrdPath = initrd,
                Ending = ending,
            }));
            var (hostGone, machinesGone) = await EndAsync(process, ending, stop);
            host.Add(hostGone.TotalMilliseconds);
            machines.Add(machinesGone.TotalMilliseconds);
            left += process.Machines().Count;
        }

        output.WriteLine($"| {Name(ending)} | {title} | {Of(host)} | {Of(machines)} | {left} |");
        return left;
    }

    private async Task<(TimeSpan Host, TimeSpan Machines)> EndAsync(HostProcess process, Ending ending, bool stop)
    {
        if (!await process.HearAsync(HostProgram.Ready, CancellationToken.None))
        {
            throw new InvalidOperationException(await process.ErrorsAsync(CancellationToken.None));
        }

        var running = process.Machines();
        if (stop)
        {
            foreach (var pid in running)
            {
                _ = Libc.kill(pid, 19);
            }
        }

        // Watched before the end, so that each is timed as it happens.
        var hostGone = TimedAsync(HostProcess.GoneAsync(process.Pid, CancellationToken.None));
        var machinesGone = TimedAsync(Task.WhenAll(running.Select(pid => HostProcess.GoneAsync(pid, CancellationToken.None))));
        var start = _watch.Elapsed;
        if (ending is not (Ending.Return or Ending.Crash))
        {
            process.Signal(ending);
        }

        var ended = await hostGone - start;
        return (ended, await machinesGone - start);
    }

    private async Task<TimeSpan> TimedAsync(Task task)
    {
        await task;
        return _watch.Elapsed;
    }

    private static string Of(List<double> values)
    {
        values.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{values[values.Count / 2]:0} ms (at most {values[^1]:0})");
    }

    private static string Name(Ending ending) => ending switch
    {
        Ending.Return => "return from Main",
        Ending.Crash => "a crash (FailFast)",
        Ending.Hangup => "SIGHUP",
        Ending.Interrupt => "SIGINT",
        Ending.Quit => "SIGQUIT",
        Ending.Kill => "SIGKILL",
        Ending.Terminate => "SIGTERM",
    };
}
