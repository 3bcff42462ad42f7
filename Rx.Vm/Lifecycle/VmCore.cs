using Rx.Vm.Devices;

namespace Rx.Vm.Lifecycle;

/// <summary>Whether the machine is kept when its pod ends by itself.</summary>
public enum KeepMode : byte
{
    /// <summary>Shut down with its pod (the default).</summary>
    None,

    /// <summary>Detach the pod's devices and become ready for the next pod.</summary>
    AfterFinish,
}

/// <summary>The machine's process, as far as events have told.</summary>
internal enum ProcessStatus : byte
{
    /// <summary>Not launched.</summary>
    None,

    /// <summary>Being launched.</summary>
    Launching,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Gone, or it never came to be.</summary>
    Exited,

    /// <summary>Killed, but its exit was never seen.</summary>
    Lost,
}

/// <summary>Facts that a phase alone does not tell.</summary>
[Flags]
internal enum VmFlags : ushort
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>The monitor is connected.</summary>
    QmpReady = 1 << 0,

    /// <summary>The guest's init has reported.</summary>
    GuestReady = 1 << 1,

    /// <summary>A run request is waiting for its answer.</summary>
    RunPending = 1 << 2,

    /// <summary>Stop requests are waiting for their answer.</summary>
    StopPending = 1 << 3,

    /// <summary>Shutdown or kill requests are waiting for their answer.</summary>
    ShutdownPending = 1 << 4,

    /// <summary>STARTPOD was sent, once.</summary>
    StartSent = 1 << 5,

    /// <summary>READY was sent, once.</summary>
    RescanSent = 1 << 6,

    /// <summary>A pod runs whose owner has not been told of its end.</summary>
    PodLive = 1 << 7,

    /// <summary>QEMU was told to quit.</summary>
    QuitSent = 1 << 8,

    /// <summary>The process was killed by us.</summary>
    KillSent = 1 << 9,

    /// <summary>Something could not be released.</summary>
    ResourcesLost = 1 << 10,

    /// <summary>The machine waits for its turn to boot; its process was not asked for yet.</summary>
    Queued = 1 << 11,
}

/// <summary>
/// The part of a machine's state that decides what happens next: enums, flags and small counts, 72 bits in all, so that every state a
/// machine can reach can be searched by a test. Ids, texts and times are in <see cref="VmFold"/>; sockets and processes are in neither.
/// </summary>
internal readonly record struct VmCore
{
    /// <summary>How many calls may wait for the guest at once.</summary>
    public const int MaxCalls = 7;

    /// <summary>The phase.</summary>
    public VmPhase Phase { get; init; }

    /// <summary>The process.</summary>
    public ProcessStatus Process { get; init; }

    /// <summary>Whether the machine outlives a pod that ends by itself.</summary>
    public KeepMode Keep { get; init; }

    /// <summary>The first cause of leaving the normal course.</summary>
    public VmReason Reason { get; init; }

    /// <summary>Further facts.</summary>
    public VmFlags Flags { get; init; }

    /// <summary>The deadlines of this state.</summary>
    public DeadlineSet Armed { get; init; }

    /// <summary>The device slots.</summary>
    public DeviceSet Devices { get; init; }

    /// <summary>Calls waiting for the guest, at most <see cref="MaxCalls"/>.</summary>
    public byte Calls { get; init; }

    /// <summary>Whether <paramref name="flag"/> holds.</summary>
    public bool Has(VmFlags flag) => (Flags & flag) != 0;

    /// <summary>This state with <paramref name="flags"/> set.</summary>
    public VmCore Set(VmFlags flags) => this with { Flags = Flags | flags };

    /// <summary>This state with <paramref name="flags"/> cleared.</summary>
    public VmCore Clear(VmFlags flags) => this with { Flags = Flags & ~flags };

    /// <summary>The state as one number; equal states, and only those, have equal numbers.</summary>
    public UInt128 Pack()
    {
        var low = (ulong)Devices.Bits;
        var high = (ulong)Phase | (ulong)Process << 4 | (ulong)Keep << 7 | (ulong)Reason << 8 | (ulong)Calls << 13
            | (ulong)Flags << 16 | (ulong)Armed.Bits << 32;
        return new UInt128(high, low);
    }

    /// <summary>The inverse of <see cref="Pack"/>.</summary>
    public static VmCore Unpack(UInt128 packed)
    {
        var high = (ulong)(packed >> 64);
        return new VmCore
        {
            Phase = (VmPhase)(high & 0xF),
            Process = (ProcessStatus)(high >> 4 & 0x7),
            Keep = (KeepMode)(high >> 7 & 0x1),
            Reason = (VmReason)(high >> 8 & 0x1F),
            Calls = (byte)(high >> 13 & 0x7),
            Flags = (VmFlags)(high >> 16 & 0xFFFF),
            Armed = new DeadlineSet((ushort)(high >> 32)),
            Devices = new DeviceSet((uint)(ulong)packed),
        };
    }
}
