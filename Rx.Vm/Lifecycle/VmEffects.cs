namespace Rx.Vm.Lifecycle;

/// <summary>
/// What is to be done after a transition was published, as data. Handlers run in the order of the bits; what comes of it returns as events.
/// </summary>
[Flags]
internal enum VmEffects : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Start the process and connect its channels.</summary>
    LaunchProcess = 1 << 0,

    /// <summary>Attach the devices of <see cref="Transition.Devices"/>.</summary>
    AddDevices = 1 << 1,

    /// <summary>Send STARTPOD.</summary>
    SendStartPod = 1 << 2,

    /// <summary>Send the call of the event.</summary>
    SendCall = 1 << 3,

    /// <summary>Send PING.</summary>
    SendPing = 1 << 4,

    /// <summary>Send STOPPOD.</summary>
    SendStopPod = 1 << 5,

    /// <summary>Detach the devices of <see cref="Transition.Devices"/>.</summary>
    RemoveDevices = 1 << 6,

    /// <summary>Send READY, which makes the guest rescan.</summary>
    SendRescan = 1 << 7,

    /// <summary>Send DESTROYPOD.</summary>
    SendDestroyPod = 1 << 8,

    /// <summary>Tell QEMU to quit.</summary>
    SendQuit = 1 << 9,

    /// <summary>Kill the process.</summary>
    KillProcess = 1 << 10,

    /// <summary>Close channels, remove the machine's directory, return leases.</summary>
    ReleaseResources = 1 << 11,

    /// <summary>Answer the pending run request: the pod runs.</summary>
    CompleteRunPod = 1 << 12,

    /// <summary>Answer the pending run request: failed.</summary>
    FailRunPod = 1 << 13,

    /// <summary>Tell the pod's owner that it ended; exit codes are known, or lost with the machine.</summary>
    EndPod = 1 << 14,

    /// <summary>Answer the pending stop requests: stopped.</summary>
    CompleteStopPod = 1 << 15,

    /// <summary>Answer the pending stop requests: failed.</summary>
    FailStopPod = 1 << 16,

    /// <summary>Answer the call of the event: done.</summary>
    CompleteCall = 1 << 17,

    /// <summary>Answer the call of the event: failed.</summary>
    FailCall = 1 << 18,

    /// <summary>Answer every pending call: failed.</summary>
    FailCalls = 1 << 19,

    /// <summary>Answer the request of the event: already satisfied.</summary>
    CompleteRequest = 1 << 20,

    /// <summary>Answer every pending shutdown and kill request: the machine has gone.</summary>
    CompleteShutdown = 1 << 21,
}
