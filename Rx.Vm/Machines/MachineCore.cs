using Rx.Vm.Lifecycle;
using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Machines;

/// <summary>Where the machine itself stands, whatever becomes of its pod.</summary>
internal enum MachinePhase : byte
{
    /// <summary>Known, but nothing was started.</summary>
    Preparing,

    /// <summary>Started, or waiting for its turn; monitor or guest has not reported yet.</summary>
    Booting,

    /// <summary>The guest is there.</summary>
    Ready,

    /// <summary>The processors stand still, or are about to, or are about to go on.</summary>
    Paused,

    /// <summary>On its way out, see <see cref="EndStage"/>.</summary>
    Ending,

    /// <summary>There is no process any more; the host's resources are being released.</summary>
    Releasing,

    /// <summary>Terminal.</summary>
    Gone,
}

/// <summary>The stages of an end.</summary>
internal enum EndStage : byte
{
    /// <summary>A paused guest is woken, so that its pod can end in order.</summary>
    Thaw,

    /// <summary>The pod ends first.</summary>
    PodFirst,

    /// <summary>QEMU is told to quit.</summary>
    Quit,

    /// <summary>It has agreed, or the guest powers off: the process is ending.</summary>
    Quitting,

    /// <summary>A channel broke, which the exit usually explains.</summary>
    AwaitExit,

    /// <summary>The process is killed.</summary>
    Kill,
}

/// <summary>The stages of a pause.</summary>
internal enum Freezing : byte
{
    /// <summary>The processors are being stopped.</summary>
    Stopping,

    /// <summary>They stand still.</summary>
    Stopped,

    /// <summary>They are being started again.</summary>
    Continuing,
}

/// <summary>The machine's process, as far as events have told.</summary>
internal enum ProcessState : byte
{
    /// <summary>Not launched.</summary>
    None,

    /// <summary>Being launched.</summary>
    Launching,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Gone, or it never came to be.</summary>
    Exited,

    /// <summary>Killed, but its end was never seen.</summary>
    Lost,
}

/// <summary>What the machine tells its pod; it only rises.</summary>
internal enum MachineWord : byte
{
    /// <summary>There is no guest yet.</summary>
    Closed,

    /// <summary>The guest is there.</summary>
    Open,

    /// <summary>End in order.</summary>
    End,

    /// <summary>The guest is given up: nothing more is done in it, but its process may still hold what it was given.</summary>
    Cut,

    /// <summary>The process has gone.</summary>
    Lost,
}

/// <summary>The machine's own state: enums and flags in one number.</summary>
/// <param name="Bits">All of them.</param>
internal readonly record struct MachineCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 24;

    /// <summary>The phase.</summary>
    public MachinePhase Phase { get => (MachinePhase)B.Get(Bits, 0, 3); init => Bits = B.Set(Bits, 0, 3, (int)value); }

    /// <summary>How it ends, in <see cref="MachinePhase.Ending"/>; else 0.</summary>
    public EndStage How { get => (EndStage)B.Get(Bits, 3, 3); init => Bits = B.Set(Bits, 3, 3, (int)value); }

    /// <summary>How far the pause is, in <see cref="MachinePhase.Paused"/>; else 0.</summary>
    public Freezing Freezing { get => (Freezing)B.Get(Bits, 6, 2); init => Bits = B.Set(Bits, 6, 2, (int)value); }

    /// <summary>The process.</summary>
    public ProcessState Process { get => (ProcessState)B.Get(Bits, 8, 3); init => Bits = B.Set(Bits, 8, 3, (int)value); }

    /// <summary>The first cause of leaving the normal course.</summary>
    public VmReason Reason { get => (VmReason)B.Get(Bits, 11, 5); init => Bits = B.Set(Bits, 11, 5, (int)value); }

    /// <summary>It waits for its turn to boot.</summary>
    public bool Queued { get => B.Has(Bits, 16); init => Bits = B.Put(Bits, 16, value); }

    /// <summary>The monitor is connected.</summary>
    public bool Qmp { get => B.Has(Bits, 17); init => Bits = B.Put(Bits, 17, value); }

    /// <summary>The guest has reported.</summary>
    public bool Guest { get => B.Has(Bits, 18); init => Bits = B.Put(Bits, 18, value); }

    /// <summary>The guest does not answer.</summary>
    public bool Silent { get => B.Has(Bits, 19); init => Bits = B.Put(Bits, 19, value); }

    /// <summary>The process was killed by us, so that its exit explains nothing.</summary>
    public bool Killed { get => B.Has(Bits, 20); init => Bits = B.Put(Bits, 20, value); }

    /// <summary>What the machine itself held on the host is released, or listed as lost.</summary>
    public bool HostReleased { get => B.Has(Bits, 21); init => Bits = B.Put(Bits, 21, value); }

    /// <summary>Something could not be released.</summary>
    public bool SomethingLost { get => B.Has(Bits, 22); init => Bits = B.Put(Bits, 22, value); }

    /// <summary>The machine outlives a pod that ends by itself, or that fails to start.</summary>
    public bool Keep { get => B.Has(Bits, 23); init => Bits = B.Put(Bits, 23, value); }
}
