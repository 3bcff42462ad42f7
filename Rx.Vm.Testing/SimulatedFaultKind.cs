namespace Rx.Vm.Testing;

/// <summary>
/// What can go wrong in a simulated machine. The kinds marked "strikes" happen at <see cref="SimulatedFault.At"/> and
/// <see cref="SimulatedFault.After"/>; the others spoil something that happens anyway.
/// </summary>
public enum SimulatedFaultKind
{
    // The process.

    /// <summary>The start fails with an exit code (<see cref="SimulatedFault.Value"/>, 1) and last words.</summary>
    StartRefused,

    /// <summary>The start never comes to an end; only giving up helps.</summary>
    StartHangs,

    /// <summary>The start takes <see cref="SimulatedFault.After"/> longer and can't be given up.</summary>
    StartLate,

    /// <summary>The process ends before its monitor has greeted, with a code (1).</summary>
    DiesBeforeGreeting,

    /// <summary>Strikes: the process ends with a code (1).</summary>
    Exits,

    /// <summary>Strikes: a signal (9) ends the process.</summary>
    Killed,

    /// <summary>The process outlives every kill.</summary>
    Unkillable,

    /// <summary>The process uses its processor all the time, whether it gets anywhere or not: a busy host, or a guest that spins.</summary>
    AtWork,

    /// <summary><c>quit</c> is answered, and the process stays.</summary>
    QuitIgnored,

    /// <summary>The guest says goodbye and does not power off.</summary>
    PowerOffIgnored,

    /// <summary>Releasing the machine takes <see cref="SimulatedFault.After"/> longer.</summary>
    ReleaseSlow,

    /// <summary>Releasing the machine fails.</summary>
    ReleaseFails,

    /// <summary>Releasing the machine never comes to an end.</summary>
    ReleaseHangs,

    /// <summary>Killing throws, and kills nothing.</summary>
    KillFails,

    /// <summary>The process's end is seen, and the driver fails to say how it ended.</summary>
    ExitLost,

    // The monitor.

    /// <summary>The monitor never greets.</summary>
    GreetingMissing,

    /// <summary>The monitor greets with something that is not JSON.</summary>
    GreetingMalformed,

    /// <summary>Strikes, or after <see cref="SimulatedFault.Offset"/> bytes: the monitor's connection ends.</summary>
    MonitorCut,

    /// <summary>Strikes: the monitor's connection is reset.</summary>
    MonitorReset,

    /// <summary>Strikes: the monitor answers nothing from now on; events still come.</summary>
    MonitorMute,

    /// <summary>A command is carried out and never answered.</summary>
    ReplyLost,

    /// <summary>A command is answered twice.</summary>
    ReplyDoubled,

    /// <summary>A command is answered <see cref="SimulatedFault.After"/> later, and those behind it too where answers come in order.</summary>
    ReplyLate,

    /// <summary>A command is refused with a GenericError and not carried out.</summary>
    ReplyRefused,

    /// <summary>A command's reply is not JSON.</summary>
    ReplyMalformed,

    /// <summary>A device is never let go: <c>device_del</c> is answered, <c>DEVICE_DELETED</c> never comes.</summary>
    DeletionLost,

    /// <summary>The guest refuses to let a device go: <c>DEVICE_UNPLUG_GUEST_ERROR</c>.</summary>
    DeletionRefused,

    /// <summary><c>DEVICE_DELETED</c> comes twice.</summary>
    DeletionDoubled,

    /// <summary>Strikes: so many (10,000) events that mean nothing.</summary>
    EventFlood,

    /// <summary>Strikes: a message of no known shape.</summary>
    MonitorStray,

    /// <summary>Strikes: the guest resets, which ends a machine without reboots: SHUTDOWN and exit code 0.</summary>
    GuestReset,

    /// <summary>Strikes: the guest panics: GUEST_PANICKED, lines on the console, then nothing more.</summary>
    GuestPanic,

    /// <summary>Strikes: the guest powers off by itself: SHUTDOWN and exit code 0.</summary>
    GuestPowerOff,

    // The guest's control channel.

    /// <summary>The guest never says READY.</summary>
    ReadyMissing,

    /// <summary>Strikes: READY (again).</summary>
    ReadyTwice,

    /// <summary>READY carries something that is not the features JSON.</summary>
    ReadyMalformed,

    /// <summary>Strikes, or after <see cref="SimulatedFault.Offset"/> bytes: the control channel ends.</summary>
    ControlCut,

    /// <summary>Strikes: the control channel is reset.</summary>
    ControlReset,

    /// <summary>Strikes: a control frame whose length is less than its header.</summary>
    ControlMalformed,

    /// <summary>Strikes: so many (1) ACKs for nothing.</summary>
    ControlStray,

    /// <summary>Strikes: the guest gives no credit from now on.</summary>
    CreditMissing,

    /// <summary>Strikes: credit for so many (100,000) bytes that were never sent.</summary>
    CreditExcess,

    /// <summary>Strikes: the guest hangs: it reads nothing, answers nothing, writes nothing.</summary>
    GuestMute,

    /// <summary>A command is carried out and never answered.</summary>
    AckLost,

    /// <summary>A command is answered twice.</summary>
    AckDoubled,

    /// <summary>A command is answered <see cref="SimulatedFault.After"/> later, and those behind it too.</summary>
    AckLate,

    /// <summary>A command is refused with ERROR and not carried out.</summary>
    AckRefused,

    /// <summary>FINISHPOD comes before the ACK of STARTPOD, and is the only one.</summary>
    FinishEarly,

    /// <summary>FINISHPOD comes <see cref="SimulatedFault.After"/> later.</summary>
    FinishLate,

    /// <summary>FINISHPOD comes twice.</summary>
    FinishDoubled,

    /// <summary>FINISHPOD never comes.</summary>
    FinishLost,

    /// <summary>FINISHPOD has one exit code less than there are containers.</summary>
    FinishShort,

    /// <summary>FINISHPOD has so many (2000) exit codes more than there are containers.</summary>
    FinishLong,

    /// <summary>Strikes: the guest's kernel kills the process of the pod's first container because memory has run out.</summary>
    OutOfMemory,

    /// <summary>The end of a process is not told by its message.</summary>
    ProcessEndLost,

    /// <summary>The end of a process is told twice, the second time with another code.</summary>
    ProcessEndDoubled,

    /// <summary>The end of a process is told of a session that nobody knows.</summary>
    ProcessEndStray,

    /// <summary>The message of a process's end has a signal that there is not.</summary>
    ProcessEndMalformed,

    // The guest's streams, and the console.

    /// <summary>Strikes, or after <see cref="SimulatedFault.Offset"/> bytes: the streams channel ends.</summary>
    TtyCut,

    /// <summary>Strikes: a stream frame whose length is less than its header.</summary>
    TtyMalformed,

    /// <summary>Strikes: output of a session that nobody knows.</summary>
    TtyStray,

    /// <summary>The exit frame of a further process has 3 bytes.</summary>
    ExitFrameShort,

    /// <summary>Processes send whatever they have, however little their readers allow.</summary>
    WindowIgnored,

    /// <summary>A stream's end is never told.</summary>
    EndLost,

    /// <summary>Strikes: so many (1000) lines on the console.</summary>
    ConsoleFlood,

    /// <summary>Strikes: the console ends.</summary>
    ConsoleCut,
}
