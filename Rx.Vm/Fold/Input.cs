namespace Rx.Vm.Fold;

/// <summary>What sort of input it is.</summary>
internal enum InputFamily : byte
{
    /// <summary>Somebody asks for something.</summary>
    Request,

    /// <summary>An operation has ended.</summary>
    End,

    /// <summary>Something has happened by itself.</summary>
    Fact,

    /// <summary>The runtime itself has failed.</summary>
    Fault,

    /// <summary>The request that wanted this node has given up waiting for it.</summary>
    Abandoned,
}

/// <summary>
/// An event as a fold sees it: what happened and one small number. Ids, texts and payloads stay outside. Each question has an answer that
/// matches nothing when the input is of another family, so no range of numbers is ever compared.
/// </summary>
/// <param name="Family">What sort of input it is.</param>
/// <param name="Code">Which of that family.</param>
/// <param name="Operand">0 for success and for a clean exit; anything else is not.</param>
internal readonly record struct Input(InputFamily Family, byte Code = 0, int Operand = 0)
{
    /// <summary>The operation that has ended.</summary>
    public OpKind Ended => Family == InputFamily.End ? (OpKind)Code : OpKind.None;

    /// <summary>What is asked for.</summary>
    public RequestKind Asked => Family == InputFamily.Request ? (RequestKind)Code : RequestKind.None;

    /// <summary>What has happened.</summary>
    public FactKind Fact => Family == InputFamily.Fact ? (FactKind)Code : FactKind.None;

    /// <summary>What the runtime failed at.</summary>
    public FaultKind Fault => Family == InputFamily.Fault ? (FaultKind)Code : FaultKind.None;

    /// <summary>Whether it went well.</summary>
    public bool Ok => Operand == 0;

    /// <summary>The end of an operation.</summary>
    public static Input Of(OpKind ended, int status = 0) => new(InputFamily.End, (byte)ended, status);

    /// <summary>A request.</summary>
    public static Input Of(RequestKind asked) => new(InputFamily.Request, (byte)asked);

    /// <summary>A fact.</summary>
    public static Input Of(FactKind fact, int operand = 0) => new(InputFamily.Fact, (byte)fact, operand);

    /// <summary>A failure of the runtime.</summary>
    public static Input Of(FaultKind fault) => new(InputFamily.Fault, (byte)fault);

    /// <inheritdoc/>
    public override string ToString() => Family switch
    {
        InputFamily.Request => $"{Asked} asked",
        InputFamily.End => $"{Ended} ended({Operand})",
        InputFamily.Fact => $"{Fact}({Operand})",
        InputFamily.Fault => $"{Fault}",
        InputFamily.Abandoned => "abandoned",
    };
}

/// <summary>What can be asked for.</summary>
internal enum RequestKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Boot the machine now, without a pod.</summary>
    Boot,

    /// <summary>Run a pod; it waits for the boot, and for the cleaning after the pod before it.</summary>
    RunPod,

    /// <summary>Stop the pod and keep the machine.</summary>
    StopPod,

    /// <summary>Shut the machine down: its pod ends first.</summary>
    Shutdown,

    /// <summary>Kill the process at once.</summary>
    Kill,

    /// <summary>Stop the machine's processors.</summary>
    Pause,

    /// <summary>Let them go on.</summary>
    Resume,

    /// <summary>Add a container to the running pod.</summary>
    AddContainer,

    /// <summary>Stop a container and take it from the pod.</summary>
    RemoveContainer,

    /// <summary>Stop a container and start it again.</summary>
    RestartContainer,

    /// <summary>Run a further process in a container.</summary>
    Exec,

    /// <summary>Ask the guest something about a container or session: signal, window size, files.</summary>
    Call,
}

/// <summary>What happens by itself, as the launch or the attendance reports it.</summary>
internal enum FactKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The host boots as many machines as it can; this one waits.</summary>
    Queued,

    /// <summary>Its turn has come.</summary>
    Admitted,

    /// <summary>The monitor greeted and accepted the capabilities.</summary>
    QmpConnected,

    /// <summary>The monitor handshake failed.</summary>
    QmpFailed,

    /// <summary>The monitor connection ended.</summary>
    QmpLost,

    /// <summary>The guest powered off or reset.</summary>
    PowerOff,

    /// <summary>The guest is ready; operand 1: one that starts and stops all containers of a pod together.</summary>
    GuestReady,

    /// <summary>A channel to the guest ended or broke the protocol.</summary>
    GuestLost,

    /// <summary>The guest has stopped answering.</summary>
    Silent,

    /// <summary>It answers again.</summary>
    Speaking,

    /// <summary>A container has ended; operand 0: with success.</summary>
    ContainerExited,

    /// <summary>A session's process has ended.</summary>
    SessionExited,
}

/// <summary>What the runtime itself can fail at.</summary>
internal enum FaultKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>More events than the inbox holds arrived at once.</summary>
    InboxOverflowed,

    /// <summary>A step or one of its handlers threw.</summary>
    FoldFaulted,
}
