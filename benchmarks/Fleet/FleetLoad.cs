using System.Diagnostics;
using System.Globalization;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Rx.Vm;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Benchmarks.Fleet;

/// <summary>
/// What many simulated machines cost that are booted and idle, with default options in real time: managed memory of each, both sides of its
/// connections included, and the processor time that keeping them alive takes. Prints one line of JSON.
/// </summary>
internal static class FleetLoad
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(40);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ([] or ["--machines", _]) || Count(args) is not { } count)
        {
            await Console.Error.WriteLineAsync("benchmarks fleet [--machines N]: N machines at once, 10 to 100000");
            return 2;
        }

        var schedulers = VmSchedulers.Real;
        await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = new SimulatedDriver(schedulers.Time), BootsAtOnce = 256 });

        // Code and caches that the first machines bring are no machine's.
        await BootAsync(host, 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = schedulers.Time.StartStopwatch();
        await BootAsync(host, count);
        var booted = watch.Elapsed;
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;

        using var self = Process.GetCurrentProcess();
        var used = self.TotalProcessorTime;
        watch = schedulers.Time.StartStopwatch();
        await Observable.Timer(Watched, schedulers.Time).ToTask();
        self.Refresh();
        var share = 100 * (self.TotalProcessorTime - used) / watch.Elapsed;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"machines": {{count}}, "boot_seconds": {{booted.TotalSeconds:0.##}}, "bytes_each": {{bytes:0}}, "core_percent": {{share:0.##}},"""
            + $$""" "watched_seconds": {{Watched.TotalSeconds:0}}, "load": {{HostFacts.Load}}, "commit": "{{HostFacts.Commit}}"}"""));
        return 0;
    }

    private static int? Count(string[] args) => args is not [_, var text] ? 10_000
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 10 and <= 100_000 ? count : null;

    private static Task BootAsync(VmHost host, int count) => Task.WhenAll(Enumerable.Range(0, count)
        .Select(_ => host.Start().States.FirstAsync(state => state.Phase is VmPhase.Init or VmPhase.Gone && !state.Queued).ToTask()));
}
