namespace Rx.Vm.Fold;

/// <summary>
/// What can be under way for a node of the tree. A kind and its target are an operation's key, and which keys are wanted is a function of the
/// node's core. At most 64 kinds. Calls end with one event; <see cref="Attend"/> lives as long as the process.
/// </summary>
internal enum OpKind : byte
{
    /// <summary>None; so that an input that is no end of an operation matches no kind.</summary>
    None,

    // The machine.

    /// <summary>Start the process, once its turn has come.</summary>
    Launch,

    /// <summary>Listen to the process and its channels; every fact carries this operation's id, and its end is the exit.</summary>
    Attend,

    /// <summary>Tell the guest goodbye and QEMU to quit.</summary>
    Quit,

    /// <summary>End the process, or the start that was given up; ends when there is no process.</summary>
    Kill,

    /// <summary>Stop the processors.</summary>
    Freeze,

    /// <summary>Let them go on.</summary>
    Thaw,

    /// <summary>Close channels, remove the directory, return what the machine itself has leased.</summary>
    ReleaseHost,

    // The pod.

    /// <summary>Make the guest ready for the next pod.</summary>
    Rescan,

    // A container.

    /// <summary>Start it.</summary>
    StartContainer,

    /// <summary>Ask it to end; ends when it has.</summary>
    StopContainer,

    /// <summary>End it; ends when it has.</summary>
    KillContainer,

    // A device.

    /// <summary>Get what it needs on the host.</summary>
    Reserve,

    /// <summary>Add it to the machine.</summary>
    Plug,

    /// <summary>Wait until the guest sees it.</summary>
    Confirm,

    /// <summary>Make the guest let go of it; succeeds when it never had it.</summary>
    Unmount,

    /// <summary>Take it from the machine; succeeds when it is not there.</summary>
    Unplug,

    /// <summary>Give back what it had on the host; succeeds when it had nothing.</summary>
    Release,

    // A session.

    /// <summary>Start the process in its container.</summary>
    StartSession,

    /// <summary>End the process of a request that gave up waiting; succeeds when there is none.</summary>
    KillSession,

    // A request.

    /// <summary>Ask the guest; its answer is the request's.</summary>
    Call,

    // Deadlines: all from here on, see OpSet.Deadlines.

    /// <summary>The turn to boot must come.</summary>
    QueueLimit,

    /// <summary>The process must start and the guest be ready.</summary>
    BootLimit,

    /// <summary>The monitor must greet.</summary>
    GreetingLimit,

    /// <summary>A guest that has fallen silent must speak.</summary>
    SilenceLimit,

    /// <summary>Freezing or thawing must be done.</summary>
    FreezeLimit,

    /// <summary>The process must end after the quit.</summary>
    QuitLimit,

    /// <summary>A broken channel must be explained by an exit.</summary>
    LossLimit,

    /// <summary>The process must end after the kill.</summary>
    KillLimit,

    /// <summary>The host's resources must be released.</summary>
    ReleaseLimit,

    /// <summary>The pod must run.</summary>
    PodStartLimit,

    /// <summary>The pod's containers must end when asked to.</summary>
    PodStopLimit,

    /// <summary>They must end when killed.</summary>
    ForceLimit,

    /// <summary>The pod's devices must come off and the guest be ready for another.</summary>
    CleanLimit,

    /// <summary>The container must start.</summary>
    StartLimit,

    /// <summary>It must end when asked to: its grace.</summary>
    StopLimit,

    /// <summary>It must end when killed.</summary>
    KillContainerLimit,

    /// <summary>The pause before a restart.</summary>
    BackOff,

    /// <summary>A restarted container has run long enough to be forgiven.</summary>
    Steady,

    /// <summary>The step a device is at must be done; begins anew with each step.</summary>
    DeviceLimit,

    /// <summary>A session's process must end when killed.</summary>
    SessionLimit,

    /// <summary>The request must be answered.</summary>
    RequestLimit,
}
