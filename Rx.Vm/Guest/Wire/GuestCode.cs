namespace Rx.Vm.Guest.Wire;

/// <summary>The codes of control frames (docs/guest-protocol.md). Values are wire values.</summary>
/// <remarks>Codes that this runtime neither sends nor answers are named so that a log line can name them too.</remarks>
internal enum GuestCode : uint
{
    /// <summary>Host to guest: which version of hyperstart's protocol it speaks; a guest of 2015 refuses.</summary>
    GetVersion = 0,
    /// <summary>Host to guest: start the pod described by the JSON payload.</summary>
    StartPod = 1,
    /// <summary>Never sent.</summary>
    GetPod = 2,
    /// <summary>Host to guest: stop every container; answered when the last one has gone.</summary>
    StopPod = 3,
    /// <summary>Host to guest: end everything and power off.</summary>
    DestroyPod = 4,
    /// <summary>Never sent.</summary>
    RestartContainer = 5,
    /// <summary>Host to guest: run a command in a container.</summary>
    ExecCmd = 6,
    /// <summary>Never used by any guest.</summary>
    FinishCmd = 7,
    /// <summary>Guest to host: init is up. Host to guest: look for devices again.</summary>
    Ready = 8,
    /// <summary>Guest to host: the oldest unanswered command succeeded.</summary>
    Ack = 9,
    /// <summary>Guest to host: the oldest unanswered command failed.</summary>
    Error = 10,
    /// <summary>Host to guest: resize the terminal of a session.</summary>
    WinSize = 11,
    /// <summary>Host to guest: answer if you are alive.</summary>
    Ping = 12,
    /// <summary>Guest to host: every container has ended; exit codes follow.</summary>
    FinishPod = 13,
    /// <summary>Guest to host: so many bytes of the control channel were read.</summary>
    Next = 14,
    /// <summary>Never sent.</summary>
    WriteFile = 15,
    /// <summary>Never sent.</summary>
    ReadFile = 16,
    /// <summary>Host to guest, later guests only: one more container of the pod.</summary>
    NewContainer = 17,
    /// <summary>Host to guest: send a signal to a container's first process.</summary>
    KillContainer = 18,
    /// <summary>Never sent.</summary>
    OnlineCpuMem = 19,
    /// <summary>Never sent.</summary>
    SetupInterface = 20,
    /// <summary>Never sent.</summary>
    SetupRoute = 21,
    /// <summary>Never sent.</summary>
    RemoveContainer = 22,
    /// <summary>Guest to host, later guests only: a process ended.</summary>
    ProcessAsyncEvent = 23,
    /// <summary>Host to guest, later guests only: send a signal to one process.</summary>
    SignalProcess = 24,
    /// <summary>Never sent.</summary>
    DeleteInterface = 25,
    /// <summary>Host to guest, never answered: a session may send so many bytes more. Far from the codes of other guests.</summary>
    Window = 64,
    /// <summary>Host to guest: send a signal to the process of a session; SIGKILL reaches everything it started.</summary>
    SignalExec = 65,
    /// <summary>Guest to host: a process has ended, and how.</summary>
    ProcessEnd = 66,
    /// <summary>Host to guest: a command with an id, which its answer names.</summary>
    Request = 67,
    /// <summary>Guest to host: ACK or ERROR of the request with an id.</summary>
    Answer = 68,
}
