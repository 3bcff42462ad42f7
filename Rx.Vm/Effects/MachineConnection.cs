using System.Collections.Immutable;
using Rx.Qmp;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Qemu;

namespace Rx.Vm.Effects;

/// <summary>
/// The live ends of one machine, shared by its effect handlers. Written while launching, read by later effects, which the fold orders
/// after it.
/// </summary>
internal sealed class MachineConnection
{
    /// <summary>The process and its streams.</summary>
    public HandedOutMachine? Machine { get; set; }

    /// <summary>Why the process could not be started, in the words and the type of whoever refused.</summary>
    public Exception? StartFault { get; set; }

    /// <summary>The monitor.</summary>
    public QmpClient? Qmp { get; set; }

    /// <summary>The control channel.</summary>
    public GuestControl? Control { get; set; }

    /// <summary>The streams channel.</summary>
    public TtyMux? Tty { get; set; }

    /// <summary>The serial console.</summary>
    public ConsoleLog? Console { get; set; }

    /// <summary>The streams of the pod that runs, or ran last.</summary>
    public ImmutableArray<ProcessStreams> PodStreams { get; set; } = [];

    /// <summary>What the guest announced.</summary>
    public GuestFeatures Features { get; set; } = GuestFeatures.None;
}
