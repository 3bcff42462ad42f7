namespace Rx.Vm.Guest.Wire;

/// <summary>What a frame scanner found in its input.</summary>
internal enum FrameScan
{
    /// <summary>The input is used up and no frame is complete: call again with more bytes.</summary>
    NeedMore,

    /// <summary>A frame is complete; its payload is valid until the next call.</summary>
    Frame,

    /// <summary>The peer broke the framing. The scanner stays in this state: nothing after a wrong length can be trusted.</summary>
    Fault,
}
