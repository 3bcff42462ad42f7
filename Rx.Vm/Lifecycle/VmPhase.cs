namespace Rx.Vm.Lifecycle;

/// <summary>
/// Where a virtual machine stands in its life.
/// <code>
///                     run pod                 pod started              stop pod
/// Preparing ─► Booting ─► Init ─────────► Starting ─────────► Running ─────────► Stopping
///     │           │        ▲ │                │                 │ │                  │
///     │           │        │ │ shut down      │ failed          │ │ finished, keep   │ stopped
///     │           │        │ │                ▼                 │ └───────► Cleaning ◄┘
///     │           │        │ │            Terminating ◄─────────┘ finished,    │
///     │           │        └─┼──────────────── │ ────────────────  none kept ──┘ devices gone
///     │ shut down │ failed   ▼                 ▼ exited
///     └──────┐    └──────► Destroying ◄────────┘
///            ▼                 │ resources released or listed as lost
///           Gone ◄─────────────┘
/// </code>
/// Callers cause the edges named after requests; the guest, QEMU and deadlines cause the others. A lost machine (process exit, lost
/// channel, overflow) leads from every phase that has a process to <see cref="Destroying"/>.
/// </summary>
/// <remarks>A phase that waits for something has a limit of its own, see <see cref="VmTimeouts"/>.</remarks>
public enum VmPhase : byte
{
    /// <summary>Known, but no process yet. Stays here until a boot or a pod is asked for.</summary>
    Preparing,

    /// <summary>The process was started; QMP or the guest's init has not reported yet.</summary>
    Booting,

    /// <summary>The guest is ready and has no pod.</summary>
    Init,

    /// <summary>A pod's disks are being attached or its containers started.</summary>
    Starting,

    /// <summary>A pod runs.</summary>
    Running,

    /// <summary>The guest was asked to stop the pod.</summary>
    Stopping,

    /// <summary>The pod has ended; its devices are being detached so that the machine can take another one.</summary>
    Cleaning,

    /// <summary>A machine that has (or had) a pod is being shut down.</summary>
    Terminating,

    /// <summary>The process is ending or has ended; resources are being released.</summary>
    Destroying,

    /// <summary>Terminal: the process has gone and every resource was released or is listed as lost.</summary>
    Gone,
}
