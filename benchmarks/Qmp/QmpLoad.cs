using System.Globalization;
using System.Reactive.Concurrency;
using Rx.Qmp;

namespace Rx.Benchmarks.Qmp;

/// <summary>
/// Runs the client against any server on a unix socket and prints one line of JSON. Before it measures it does the same for some seconds,
/// so that the figures are those of a process that has been running: by then everything is compiled as well as it ever will be.
/// </summary>
internal static class QmpLoad
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static int Run(string[] args)
    {
        QmpLoadOptions options;
        try
        {
            options = QmpLoadOptions.Parse(args);
        }
        catch (ArgumentException wrong)
        {
            Console.Error.WriteLine($"{wrong.Message}\n{QmpLoadOptions.Usage}");
            return 2;
        }

        try
        {
            Measure(options).GetAwaiter().GetResult();
            return 0;
        }
        catch (QmpException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
    }

    private static async Task Measure(QmpLoadOptions options)
    {
        var deep = options.Mode == "pipe" && options.Depth > 8;
        var scheduler = new TaskPoolScheduler(Task.Factory);
        await using var client = new QmpClient(new QmpClientOptions
        {
            Scheduler = scheduler,
            InlineContinuations = !options.Stuck && (options.Inline || options.Mode is "pipe" or "events" or "filtered"),

            // More than eight in flight is only right where QEMU's queue for out-of-band execution is not in use.
            OutOfBand = !deep,
            MaxInFlight = options.Mode == "pipe" ? options.Depth : 8,
            CommandTimeout = TimeSpan.FromMinutes(10),
        });
        await client.ConnectAsync(QmpEndpoint.Unix(options.Socket));
        using var never = new ManualResetEventSlim();
        using var stuck = options.Stuck ? client.Events.Subscribe(_ => never.Wait()) : null;
        var run = QmpLoadModes.Of(options.Mode, client, options.Depth);
        var warming = scheduler.StartStopwatch();
        while (warming.Elapsed < WarmUp)
        {
            await run(Math.Max(1, options.Count / 10));
        }

        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var busy = Environment.CpuUsage.TotalTime;
        var watch = scheduler.StartStopwatch();
        await run(options.Count);
        var seconds = watch.Elapsed.TotalSeconds;
        busy = Environment.CpuUsage.TotalTime - busy;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        never.Set();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""
            {"mode": "{{options.Mode}}", "count": {{options.Count}}, "seconds": {{seconds:F4}}, "per_second": {{options.Count / seconds:F0}},
            """
            + $$"""
             "allocated_bytes_per_op": {{(double)allocated / options.Count:F1}}, "peak_rss_bytes": {{PeakRss()}},
            """
            + $$"""
             "cpu_us_per_op": {{busy.TotalMicroseconds / options.Count:F2}}}
            """));
    }

    /// <summary>The most memory this process ever had resident.</summary>
    private static long PeakRss()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 9), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
    }
}
