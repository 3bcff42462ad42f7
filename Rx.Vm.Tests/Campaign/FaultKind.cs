namespace Rx.Vm.Tests.Campaign;

/// <summary>What can go wrong with a message that is just arriving, or around it.</summary>
internal enum FaultKind : byte
{
    // With the message.

    /// <summary>It is lost; of a request: it was never made.</summary>
    Drop,

    /// <summary>It comes twice in a row.</summary>
    Duplicate,

    /// <summary>It comes again, 5 s later.</summary>
    Echo,

    /// <summary>It comes 700 ms later, so others overtake it.</summary>
    Delay,

    /// <summary>It comes 65 s later, when every deadline it was awaited for has passed.</summary>
    Late,

    /// <summary>It swaps places with the message behind it.</summary>
    Swap,

    /// <summary>Its whole channel stalls for 5 s; a process takes 65 s to start, which outlasts its boot.</summary>
    Stall,

    /// <summary>It is an error instead; what was asked was not done.</summary>
    Refuse,

    /// <summary>It comes as an error first and as a success after all.</summary>
    RefuseThenGrant,

    /// <summary>It comes as a success first and as an error after all.</summary>
    GrantThenRefuse,

    /// <summary>It answers something else: another device, another command.</summary>
    Mislabel,

    // From a guest that lies.

    /// <summary>An ACK of STOPPOD that nobody asked for, before it.</summary>
    StrayAck,

    /// <summary>FINISHPOD before it, whatever the pod does.</summary>
    StrayFinish,

    /// <summary>READY before it, again.</summary>
    StrayReady,

    // Of the process.

    /// <summary>The process dies; its channels end before its exit is seen.</summary>
    Die,

    /// <summary>The process dies; its exit is seen before its channels end.</summary>
    DieExitFirst,

    /// <summary>The guest powers off or resets by itself.</summary>
    PowerOff,

    /// <summary>The monitor's connection ends; the process lives.</summary>
    MonitorCut,

    /// <summary>The guest's channel ends; the process lives.</summary>
    GuestCut,

    /// <summary>The monitor says nothing any more.</summary>
    MonitorMute,

    /// <summary>The guest says nothing any more.</summary>
    GuestMute,

    /// <summary>The process stands still; a kill still ends it.</summary>
    Freeze,

    /// <summary>The process stands still, and outlives kills too.</summary>
    Unkillable,

    // Of the host.

    /// <summary>The host sleeps for 90 s: what came meanwhile is seen first, then the deadlines.</summary>
    HostSleep,

    /// <summary>Every deadline that is not armed elapses: timers that fired while they were being cancelled.</summary>
    StaleDeadlines,

    /// <summary>Releasing the host's resources never comes to an end.</summary>
    ReleaseStuck,

    /// <summary>The inbox overflows.</summary>
    Overflow,

    /// <summary>The fold throws.</summary>
    FoldFault,

    // From callers.

    /// <summary>A kill is asked for.</summary>
    AskKill,

    /// <summary>A shutdown is asked for.</summary>
    AskShutdown,

    /// <summary>A stop is asked for.</summary>
    AskStop,

    /// <summary>A boot and another pod, without devices, are asked for.</summary>
    AskRun,

    /// <summary>Eight calls are made at once, one more than may wait.</summary>
    AskCalls,
}
