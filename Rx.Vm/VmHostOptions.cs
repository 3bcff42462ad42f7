using Rx.Vm.Images;
using Rx.Vm.Journal;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Serilog;

namespace Rx.Vm;

/// <summary>A host of machines.</summary>
public sealed record VmHostOptions
{
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

    /// <summary>How the events of machines are recorded.</summary>
    public JournalOptions Journal { get; init; } = new();

    /// <summary>Where to log; null logs nothing. Environment values and command arguments are never logged.</summary>
    public ILogger? Logger { get; init; }
}
