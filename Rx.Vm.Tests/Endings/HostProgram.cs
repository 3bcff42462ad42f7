using System.Reactive.Linq;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Endings;

/// <summary>
/// An application that embeds the runtime and never disposes it: starts machines, says so, and returns, crashes, or waits to be ended.
/// Run as a process of its own by <see cref="HostProcess"/>.
/// </summary>
internal static class HostProgram
{
    /// <summary>Selects this program in the executable of the tests.</summary>
    public const string Word = "host";

    /// <summary>Said before the first start.</summary>
    public const string Starting = "starting";

    /// <summary>Said with the process id of each machine that runs.</summary>
    public const string Started = "started ";

    /// <summary>Said when every machine is as far as was asked for.</summary>
    public const string Ready = "ready";

    public static async Task<int> RunAsync(string[] args)
    {
        var order = HostOrder.Parse(args);
        var host = await VmHost.OpenAsync(new VmHostOptions
        {
            Driver = new Announcing(new QemuDriver(
                new QemuDriverOptions
                {
                    RuntimeRoot = order.Root, CacheDirectory = order.Root + "-cache", Emulator = order.Emulator, RunAs = order.User,

                    // A stand-in that kills its parent must be allowed to.
                    UserRange = order.Emulator is null ? QemuUserRange.Default : QemuUserRange.None,
                })),

            // Most kernels here never get ready, and so never make room for the next boot.
            BootsAtOnce = 64,
            Images = order.KernelPath is null ? new ImageStoreOptions() : new ImageStoreOptions { Directory = order.Root + "-cache" },
        });
        Say(Starting);
        var machines = Enumerable.Range(0, order.Machines).Select(i => host.Start(new VmOptions
        {
            Id = $"{order.Prefix}-{i}",
            Memory = 128.MiB(),
            KernelPath = order.KernelPath,
            InitrdPath = order.InitrdPath,
            Accelerator = Accelerator.Tcg,
            WhenProcessDies = order.WhenProcessDies,
        })).ToArray();
        if (order.UntilGuestIsReady)
        {
            await Task.WhenAll(machines.Select(vm => vm.States.FirstAsync(s => s.Phase is VmPhase.Init).ForEachAsync(_ => { })));
        }
        else
        {
            await Announcing.WhenStarted(order.Machines);
        }

        Say(Ready);
        switch (order.Ending)
        {
            case Ending.Return:
                return 0;
            case Ending.Crash:
                Environment.FailFast("asked to crash");
                return 1;
            default:
                await new TaskCompletionSource().Task;
                return 1;
        }
    }

    private static void Say(string text)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(text);
            Console.Out.Flush();
        }
    }

    /// <summary>A driver that says when it has started a machine.</summary>
    private sealed class Announcing(IMachineDriver driver) : IMachineDriver
    {
        private static readonly SemaphoreSlim All = new(0);

        public MachineNeeds Needs => driver.Needs;

        public static async Task WhenStarted(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await All.WaitAsync();
            }
        }

        public async ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
        {
            var machine = await driver.StartAsync(spec, ct);
            Say(Started + machine.Identity!.Pid);
            All.Release();
            return machine;
        }

        public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => driver.AttachAsync(record, ct);
    }
}
