using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Rx.Vm;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

namespace Rx.Benchmarks.Embed;

/// <summary>What can be measured, in the order in which it is.</summary>
internal static class EmbedScenarios
{
    private const int ExecsPerCount = 10;
    private const string Name = "c";
    private static readonly IScheduler Clock = new TaskPoolScheduler(Task.Factory);

    public static (string Name, Func<VmHost, EmbedOptions, Task<IReadOnlyList<EmbedFigure>>> Run)[] All { get; } =
    [
        ("start", StartAsync), ("pod", PodAsync), ("exec", ExecAsync), ("stdout", OutputAsync), ("stdin", InputAsync), ("memory", MemoryAsync),
    ];

    /// <summary>From the call that makes a machine to the first byte its pod writes: QEMU, kernel, guest, disk, container.</summary>
    private static async Task<IReadOnlyList<EmbedFigure>> StartAsync(VmHost host, EmbedOptions options)
    {
        var samples = await RepeatAsync(options.Count, async () =>
        {
            var watch = Clock.StartStopwatch();
            var vm = host.Start();
            var elapsed = await FirstByteAsync(vm, watch);
            await vm.Completion;
            return elapsed;
        });
        return [new("start to first byte of output", "ms", samples)];
    }

    /// <summary>A further pod on a machine that is kept: to its first byte.</summary>
    private static async Task<IReadOnlyList<EmbedFigure>> PodAsync(VmHost host, EmbedOptions options)
    {
        var vm = host.Create(new VmOptions { Keep = KeepMode.AfterFinish });
        var samples = await RepeatAsync(options.Count, async () =>
        {
            var elapsed = await FirstByteAsync(vm, Clock.StartStopwatch());
            await vm.States.FirstAsync(state => state.Phase is VmPhase.Init or VmPhase.Gone);
            return elapsed;
        });
        await vm.ShutdownAsync();
        return [new("pod on a kept machine, to first byte of output", "ms", samples)];
    }

    /// <summary>A process started in a running container, to its exit code.</summary>
    private static Task<IReadOnlyList<EmbedFigure>> ExecAsync(VmHost host, EmbedOptions options) => BesideSleepAsync(host, async vm =>
    {
        var samples = await RepeatAsync(options.Count * ExecsPerCount, async () =>
        {
            var watch = Clock.StartStopwatch();
            await EndAsync(await vm.ExecAsync(Name, ["true"]));
            return watch.Elapsed.TotalMilliseconds;
        });
        return [new("exec of true, to its exit code", "ms", samples)];
    });

    /// <summary>From the first byte to the last.</summary>
    private static Task<IReadOnlyList<EmbedFigure>> OutputAsync(VmHost host, EmbedOptions options) => BesideSleepAsync(host, async vm =>
    {
        var samples = await RepeatAsync(options.Count, async () =>
        {
            var process = await vm.ExecAsync(
                Name, ["sh", "-c", $"dd if=/dev/zero bs=64k count={options.Megabytes * 16} 2>/dev/null"], new ExecOptions { Output = OutputPolicy.Wait });
            IStopwatch? watch = null;
            var bytes = await ReadAsync(process.Streams.Output.OpenReader(), () => watch ??= Clock.StartStopwatch());
            var seconds = watch!.Elapsed.TotalSeconds;
            await EndAsync(process);
            return bytes == options.Megabytes << 20 ? options.Megabytes / seconds : throw new RxVmException($"only {bytes} bytes came");
        });
        return [new($"stdout, {options.Megabytes} MiB in writes of 64 KiB", "MiB/s", samples)];
    });

    /// <summary>From the first byte until the process that read them all has ended.</summary>
    private static Task<IReadOnlyList<EmbedFigure>> InputAsync(VmHost host, EmbedOptions options) => BesideSleepAsync(host, async vm =>
    {
        var chunk = new byte[64 << 10];
        var samples = await RepeatAsync(options.Count, async () =>
        {
            // Not wc, which looks at each byte: without KVM that alone takes the most of a processor.
            var process = await vm.ExecAsync(Name, ["dd", "bs=64k", "iflag=fullblock", "of=/dev/null"]);
            var report = process.Streams.Error.Aggregate("", (text, bytes) => text + System.Text.Encoding.ASCII.GetString(bytes.Span)).PublishLast();
            using var reading = report.Connect();
            var watch = Clock.StartStopwatch();
            for (var i = 0; i < options.Megabytes * 16; i++)
            {
                await process.Streams.WriteInputAsync(chunk);
            }

            await process.Streams.CloseInputAsync();
            await process.ExitCode;
            var seconds = watch.Elapsed.TotalSeconds;
            var seen = await report;
            return seen.StartsWith($"{options.Megabytes * 16}+0 records in", StringComparison.Ordinal)
                ? options.Megabytes / seconds
                : throw new RxVmException($"not all bytes arrived: {seen.Trim()}");
        });
        return [new($"stdin, {options.Megabytes} MiB in writes of 64 KiB", "MiB/s", samples)];
    });

    /// <summary>What machines cost that run a pod which does nothing: QEMU's share of the host's memory, and objects of this process.</summary>
    private static async Task<IReadOnlyList<EmbedFigure>> MemoryAsync(VmHost host, EmbedOptions options)
    {
        // Code and caches that the first machine brings are not a machine's.
        await BesideSleepAsync(host, _ => Task.FromResult<IReadOnlyList<EmbedFigure>>([]));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var machines = new List<VirtualMachine>();
        for (var i = 0; i < options.Machines; i++)
        {
            var vm = host.Create();
            await vm.RunPodAsync(Pod("sleep", "86400"));
            machines.Add(vm);
        }

        var managed = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / machines.Count;
        var processes = machines.Select(vm => vm.ProcessId ?? throw new RxVmException($"{vm.Id} has no process")).ToList();
        EmbedFigure[] figures =
        [
            new("memory of QEMU, its share of shared pages (PSS)", "MiB", [.. processes.Select(id => HostFacts.Memory(id, "Pss"))]),
            new("memory of QEMU, all pages (RSS)", "MiB", [.. processes.Select(id => HostFacts.Memory(id, "Rss"))]),
            new($"managed memory of a machine, mean of {machines.Count}", "KiB", [managed]),
        ];
        foreach (var vm in machines)
        {
            await vm.KillAsync();
        }

        return figures;
    }

    // Once more than counts: the first run compiles.
    private static async Task<IReadOnlyList<double>> RepeatAsync(int count, Func<Task<double>> measure)
    {
        await measure();
        var samples = new List<double>();
        while (samples.Count < count)
        {
            samples.Add(await measure());
        }

        return samples;
    }

    private static async Task<IReadOnlyList<EmbedFigure>> BesideSleepAsync(
        VmHost host, Func<VirtualMachine, Task<IReadOnlyList<EmbedFigure>>> measure)
    {
        var vm = host.Create();
        await vm.RunPodAsync(Pod("sleep", "86400"));
        var figures = await measure(vm);
        await vm.KillAsync();
        return figures;
    }

    private static async Task<double> FirstByteAsync(VirtualMachine vm, IStopwatch watch)
    {
        var pod = await vm.RunPodAsync(Pod("echo", "hello"));
        var elapsed = 0.0;
        var bytes = await ReadAsync(pod.Containers[0].Streams.Output.OpenReader(), () => elapsed = watch.Elapsed.TotalMilliseconds);
        var result = await pod.Completion;
        return bytes == 6 ? elapsed : throw new RxVmException($"the pod ended with {result.ExitCode} and {bytes} bytes of output");
    }

    /// <summary>Reads to the end; says when the first bytes came.</summary>
    private static async Task<long> ReadAsync(System.IO.Pipelines.PipeReader reader, Action first)
    {
        var bytes = 0L;
        while (true)
        {
            var read = await reader.ReadAsync();
            if (bytes == 0 && !read.Buffer.IsEmpty)
            {
                first();
            }

            bytes += read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return bytes;
            }
        }
    }

    private static async Task EndAsync(ExecProcess process)
    {
        if (await process.ExitCode is not 0 and var code)
        {
            throw new RxVmException($"a process ended with {code}");
        }
    }

    private static PodSpec Pod(params string[] command) =>
        new() { Containers = [new ContainerSpec { Name = Name, Image = "busybox", Command = [.. command] }] };
}
