namespace Rx.Vm.Lifecycle;

/// <summary>
/// The laws of the fold, by name. <see cref="VmInvariants"/> says which one a state or a transition breaks; the search over every reachable
/// state proves that none ever is, and the planted faults prove that each can be.
/// </summary>
internal enum VmRule : byte
{
    /// <summary>Every law is kept.</summary>
    None,

    // Of a state.

    /// <summary>A state and its packed number stand for each other.</summary>
    StateIsPackable,

    /// <summary>A phase that waits has a deadline, and only deadlines of its own wait are armed.</summary>
    PhaseHasItsDeadline,

    /// <summary>The process is where the phase needs it: none before the launch, running while there is a guest, gone at the end.</summary>
    ProcessFitsPhase,

    /// <summary>Each flag is only up in phases where it means something, and up where the phase depends on it.</summary>
    FlagsFitPhase,

    /// <summary>Calls only wait while a guest could answer them.</summary>
    CallsFitPhase,

    /// <summary>Every device's status is one its phase can explain; nothing is attached to a machine that has gone.</summary>
    DevicesFitPhase,

    /// <summary>A machine on its normal course has no reason, one that left it has.</summary>
    ReasonFitsPhase,

    /// <summary>A process given up for lost is listed as lost.</summary>
    LossIsListed,

    // Of a transition: deadlines.

    /// <summary>What is rearmed is armed.</summary>
    RearmedIsArmed,

    /// <summary>What is newly armed starts its time now.</summary>
    NewDeadlineIsTimed,

    /// <summary>Leaving a phase ends its deadlines; only the one over stopping and cleaning together stays.</summary>
    LeftPhaseLeavesNoDeadline,

    /// <summary>An elapsed deadline is no longer armed, so firing deadlines alone always make progress.</summary>
    ElapsedDeadlineIsSpent,

    /// <summary>The elapsed deadline of a wait that is over changes nothing.</summary>
    LateDeadlineIsIgnored,

    /// <summary>Nothing but a sign of life puts a running deadline off.</summary>
    WaitIsNotExtended,

    // Of a transition: answers.

    /// <summary>Only requests are refused, and a refusal changes nothing.</summary>
    RefusalChangesNothing,

    /// <summary>"Already satisfied" answers only the request of the event.</summary>
    SatisfiedAnswersTheRequest,

    /// <summary>A boot request is answered at once.</summary>
    BootIsAnsweredOnce,

    /// <summary>A run request gets exactly one of complete, fail, refuse; one waits at most.</summary>
    RunIsAnsweredOnce,

    /// <summary>A stop request gets exactly one of complete, fail, refuse.</summary>
    StopIsAnsweredOnce,

    /// <summary>A shutdown or kill request is completed exactly once, when the machine has gone.</summary>
    ShutdownIsAnsweredOnce,

    /// <summary>A call gets exactly one of complete, fail, refuse.</summary>
    CallIsAnsweredOnce,

    /// <summary>A pod that ran ends exactly once.</summary>
    PodEndsOnce,

    // Of a transition: the course of a life.

    /// <summary>Only the edges of the phase diagram are taken.</summary>
    EdgeIsOnTheMap,

    /// <summary>Nothing happens to a machine that has gone.</summary>
    GoneStaysGone,

    /// <summary>The first cause is kept; only the exit of a process explains a broken channel better.</summary>
    ReasonIsKept,

    /// <summary>What has happened is not forgotten: connected, ready, quit, killed, lost.</summary>
    FactsAreKept,

    /// <summary>A process is launched once and never comes back.</summary>
    ProcessOnlyAges,

    /// <summary>The exit of the process is heeded in every phase.</summary>
    ExitIsHeeded,

    /// <summary>A kill, a shutdown and a fault of the runtime leave the normal course in every phase.</summary>
    EndIsHeeded,

    // Of a transition: effects.

    /// <summary>The process is launched when, and only when, it begins to launch.</summary>
    LaunchIsOnce,

    /// <summary>Resources are released once, when the process has gone or is given up.</summary>
    ReleaseIsOnceAfterExit,

    /// <summary>QEMU is told to quit at most once, and only while it runs and listens.</summary>
    QuitIsOnceWhileRunning,

    /// <summary>A kill is recorded and only sent where there can be a process.</summary>
    KillIsRecorded,

    /// <summary>STARTPOD is sent once, with every device attached.</summary>
    StartIsOnceWhenAttached,

    /// <summary>READY is sent once, with every device detached.</summary>
    RescanIsOnceWhenDetached,

    /// <summary>STOPPOD is sent on entering Stopping, DESTROYPOD on entering Terminating, and at no other time.</summary>
    StopAndDestroyAreSentOnEntry,

    /// <summary>PING is sent when its time has come, and its answer has a deadline.</summary>
    PingHasADeadline,

    /// <summary>Between STOPPOD and its answer only DESTROYPOD is sent, and nothing after that.</summary>
    GuestIsLeftAlone,

    /// <summary>Device effects name exactly the devices that are to move.</summary>
    DeviceEffectsNameTheirSlots,

    /// <summary>A device only takes the steps its own events allow.</summary>
    DevicesMoveByTheirEvents,
}
