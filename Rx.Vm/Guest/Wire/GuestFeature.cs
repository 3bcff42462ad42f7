namespace Rx.Vm.Guest.Wire;

/// <summary>What a guest can do beyond the 2015 protocol; the names are those of its READY payload.</summary>
[Flags]
internal enum GuestFeature
{
    /// <summary>A 2015 guest.</summary>
    None = 0,
    /// <summary><c>pipes</c>: pipes instead of a terminal.</summary>
    Pipes = 1,
    /// <summary><c>user</c>: user, group and additional groups.</summary>
    User = 2,
    /// <summary><c>serial-disk</c>: the root disk is named by its serial.</summary>
    SerialDisk = 4,
    /// <summary><c>overlay</c>: a writable layer over the root.</summary>
    Overlay = 8,
    /// <summary><c>exit-frame</c>: an exec's exit code follows its last byte.</summary>
    ExitFrame = 16,
    /// <summary><c>stdin-eof</c>: an empty frame closes stdin.</summary>
    StdinEof = 32,
    /// <summary><c>signal</c>: KILLCONTAINER.</summary>
    Signal = 64,
    /// <summary><c>wide</c>: 64 KiB of control bytes without credit, and frames of up to 64 KiB to a session.</summary>
    Wide = 128,
    /// <summary><c>window</c>: a process waits when it has sent as much as its reader allows; WINDOW allows more.</summary>
    Window = 256,
    /// <summary>
    /// <c>exec-signal</c>: SIGNALEXEC, and <c>timeout</c> of an exec; both reach every process that the exec started.
    /// </summary>
    ExecSignal = 512,
    /// <summary><c>ends</c>: PROCESSEND instead of an exit frame, for processes that were asked for with <c>ends</c>.</summary>
    Ends = 1024,
    /// <summary><c>ids</c>: REQUEST and ANSWER; requests are answered in any order.</summary>
    Ids = 2048,
    /// <summary>Everything this runtime knows.</summary>
    All = Pipes | User | SerialDisk | Overlay | ExitFrame | StdinEof | Signal | Wide | Window
        | ExecSignal | Ends | Ids,
}
