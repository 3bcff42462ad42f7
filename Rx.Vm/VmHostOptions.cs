using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.Qmp.Isolation;
using Rx.Vm.Images;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;

namespace Rx.Vm;

/// <summary>How a host runs its machines: the driver, the images, the clock, the log, and how many boot at once.</summary>
public sealed record VmHostOptions
{
    private const int MaxBootsAtOnce = 4096;

    /// <summary>What starts machines; null runs QEMU.</summary>
    public IMachineDriver? Driver { get; init; }

    /// <summary>Where images, the kernel and the initramfs are kept.</summary>
    public ImageStoreOptions Images { get; init; } = new();

    /// <summary>Time, and where observers are called.</summary>
    public VmSchedulers Schedulers { get; init; } = VmSchedulers.Real;

    /// <summary>
    /// Whether everything continues on the thread that moved the bytes instead of hopping to the thread pool. For virtual time, where a hop
    /// would make runs differ; needs a driver whose streams complete inline. Awaiting one task in several places still makes all but the last
    /// hop: ask for a task of your own each time.
    /// </summary>
    public bool InlineContinuations { get; init; }

    /// <summary>
    /// How many machines boot at once; the others wait (<see cref="VmState.Queued"/>). QEMU's machines wait for one another across all
    /// host processes of this user. At least 1. Null (the default): as many as there are processors, or any number when the driver needs no
    /// boot files, as the simulated one.
    /// </summary>
    public int? BootsAtOnce { get; init; }

    /// <summary>
    /// Most memory of this process, in bytes, that the buffers of its machines may come to take; a machine over it is refused. A machine
    /// whose guest and whose readers do their worst takes <see cref="MachineBuffers.MostPerMachine"/>. Null (the default): half of what
    /// this process may use, or no limit when the driver needs no boot files.
    /// </summary>
    public long? BufferMemory { get; init; }

    /// <summary>How the events of machines are recorded.</summary>
    public JournalOptions Journal { get; init; } = new();

    /// <summary>
    /// Where to log; null logs nothing. Environment values and command arguments are never logged. What it throws is dropped; it is called on
    /// the threads that do the work, so it should not block.
    /// </summary>
    public Serilog.ILogger? Logger { get; init; }

    /// <summary>The same for applications that log through Microsoft.Extensions.Logging; looked at where <see cref="Logger"/> is null.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Throws for the first value out of its range, naming it.</summary>
    internal void Validate()
    {
        Journal.Validate();
        if (BootsAtOnce is < 1 or > MaxBootsAtOnce)
        {
            throw new RxVmException($"{nameof(VmHostOptions)}.{nameof(BootsAtOnce)}: {BootsAtOnce} is not between 1 and {MaxBootsAtOnce}");
        }

        if (BufferMemory < MachineBuffers.MostPerMachine)
        {
            throw new RxVmException(
                $"{nameof(VmHostOptions)}.{nameof(BufferMemory)}: {BufferMemory} bytes are not enough for one machine, "
                + $"which may take {MachineBuffers.MostPerMachine}");
        }
        if (!InlineContinuations && IsVirtual(Schedulers.Time))
        {
            throw new RxVmException(
                $"{nameof(VmHostOptions)}.{nameof(InlineContinuations)}: must be true, as {nameof(Schedulers)}.{nameof(VmSchedulers.Time)} is a "
                + "scheduler of virtual time: whoever advances it would not wait for the thread pool, and machines would look stuck");
        }
    }

    /// <summary>These options with a clock and a logger that can be relied on, whatever the application's do. Observers keep the scheduler
    /// they were promised.</summary>
    internal VmHostOptions Guarded()
    {
        var log = ExtensionsLogger.Choose(Logger, LoggerFactory);
        return this with
        {
            Logger = log,
            Schedulers = Schedulers with { Time = SafeScheduler.Wrap(Schedulers.Time, (why, fault) => VmLog.ClockBroken(log, why, fault)) },
        };
    }

    // TestScheduler and HistoricalScheduler both derive from it.
    private static bool IsVirtual(IScheduler scheduler)
    {
        for (var type = scheduler.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VirtualTimeSchedulerBase<,>))
            {
                return true;
            }
        }

        return false;
    }
}
