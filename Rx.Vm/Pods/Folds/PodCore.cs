using Rx.Vm.Lifecycle;
using B = Rx.Vm.Fold.Bits;

namespace Rx.Vm.Pods.Folds;

/// <summary>Where the machine's pod stands.</summary>
internal enum PodPhase : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Asked for; the guest is not there yet.</summary>
    Waiting,

    /// <summary>Its own devices are being attached.</summary>
    Plugging,

    /// <summary>Those of its containers too, for a guest that starts all containers together.</summary>
    Attaching,

    /// <summary>Its containers are starting.</summary>
    Starting,

    /// <summary>All of them have started.</summary>
    Running,

    /// <summary>Its containers are being ended.</summary>
    Stopping,

    /// <summary>They have ended; their devices are coming off.</summary>
    Cleaning,

    /// <summary>The pod's own devices are coming off.</summary>
    Detaching,

    /// <summary>The guest is being made ready for another.</summary>
    Rescanning,

    /// <summary>The guest was given up while it had a pod.</summary>
    Cut,

    /// <summary>The process has gone; leases are being returned.</summary>
    Lost,
}

/// <summary>How the last pod came out; kept until the next.</summary>
internal enum PodOutcome : byte
{
    /// <summary>Not known yet.</summary>
    None,

    /// <summary>Its containers have ended, by themselves or as asked.</summary>
    Done,

    /// <summary>It could not be started.</summary>
    Failed,

    /// <summary>The machine took it along.</summary>
    Lost,
}

/// <summary>The first thing that went wrong with the pod.</summary>
internal enum PodFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A device could not be attached.</summary>
    DeviceAdd,

    /// <summary>A device could not be detached.</summary>
    DeviceRemove,

    /// <summary>The guest refused to start it.</summary>
    StartRefused,

    /// <summary>It did not start in time.</summary>
    StartTimedOut,

    /// <summary>The guest refused to stop it, or to be ready for another.</summary>
    StopRefused,

    /// <summary>It did not stop, or its devices did not come off, in time.</summary>
    StopTimedOut,
}

/// <summary>What a pod tells its machine.</summary>
internal enum PodLevel : byte
{
    /// <summary>There is no pod, and nothing left of one.</summary>
    Empty,

    /// <summary>One is coming, runs or is being stopped.</summary>
    Alive,

    /// <summary>One has failed to start, and containers of it may still live.</summary>
    Failing,

    /// <summary>One has failed to start, and none of its containers lives.</summary>
    Failed,

    /// <summary>Its containers have ended by themselves.</summary>
    Done,

    /// <summary>They have ended because it was asked for.</summary>
    Down,

    /// <summary>It does not end, or not wholly.</summary>
    Stuck,

    /// <summary>It was given up and still holds something.</summary>
    Held,
}

/// <summary>All that a machine hears of its pod.</summary>
/// <param name="Level">How far it is.</param>
/// <param name="Fault">The first thing that went wrong with it.</param>
/// <param name="Leaked">Whether something was lost on the host.</param>
internal readonly record struct PodTells(PodLevel Level, PodFault Fault = PodFault.None, bool Leaked = false);

/// <summary>What a pod tells its containers; it only rises, for each of them.</summary>
internal enum PodWord : byte
{
    /// <summary>Wait.</summary>
    Hold,

    /// <summary>Attach the devices, and wait.</summary>
    Attach,

    /// <summary>Run.</summary>
    Run,

    /// <summary>End in order.</summary>
    Stop,

    /// <summary>End at once.</summary>
    Force,

    /// <summary>Give back the devices.</summary>
    Remove,

    /// <summary>The guest is given up.</summary>
    Cut,

    /// <summary>The process has gone.</summary>
    Lost,
}

/// <summary>The pod's own state.</summary>
/// <param name="Bits">All of it.</param>
internal readonly record struct PodCore(ulong Bits)
{
    /// <summary>How many bits are used.</summary>
    public const int Width = 16;

    /// <summary>The phase.</summary>
    public PodPhase Phase { get => (PodPhase)B.Get(Bits, 0, 4); init => Bits = B.Set(Bits, 0, 4, (int)value); }

    /// <summary>How it came out.</summary>
    public PodOutcome Outcome { get => (PodOutcome)B.Get(Bits, 4, 2); init => Bits = B.Set(Bits, 4, 2, (int)value); }

    /// <summary>The first thing that went wrong.</summary>
    public PodFault Fault { get => (PodFault)B.Get(Bits, 6, 3); init => Bits = B.Set(Bits, 6, 3, (int)value); }

    /// <summary>It has run.</summary>
    public bool Ran { get => B.Has(Bits, 9); init => Bits = B.Put(Bits, 9, value); }

    /// <summary>Its end was asked for; a machine is kept after that.</summary>
    public bool Asked { get => B.Has(Bits, 10); init => Bits = B.Put(Bits, 10, value); }

    /// <summary>The guest starts and stops all containers together. Its habit, kept from pod to pod.</summary>
    public bool AllAtOnce { get => B.Has(Bits, 11); init => Bits = B.Put(Bits, 11, value); }

    /// <summary>The containers are ended at once.</summary>
    public bool Force { get => B.Has(Bits, 12); init => Bits = B.Put(Bits, 12, value); }

    /// <summary>It does not end; the machine has to.</summary>
    public bool Stuck { get => B.Has(Bits, 13); init => Bits = B.Put(Bits, 13, value); }

    /// <summary>Something was lost on the host.</summary>
    public bool Leaked { get => B.Has(Bits, 14); init => Bits = B.Put(Bits, 14, value); }

    /// <summary>Another pod waits for the cleaning.</summary>
    public bool Next { get => B.Has(Bits, 15); init => Bits = B.Put(Bits, 15, value); }
}

/// <summary>The public names of faults.</summary>
internal static class PodFaults
{
    /// <summary>The machine's reason when it ends because of this.</summary>
    public static VmReason Reason(this PodFault fault) => fault switch
    {
        PodFault.None => VmReason.None,
        PodFault.DeviceAdd => VmReason.DeviceAddFailed,
        PodFault.DeviceRemove => VmReason.DeviceRemoveFailed,
        PodFault.StartRefused => VmReason.PodStartRefused,
        PodFault.StartTimedOut => VmReason.PodStartTimedOut,
        PodFault.StopRefused => VmReason.PodStopRefused,
        PodFault.StopTimedOut => VmReason.PodStopTimedOut,
    };
}
