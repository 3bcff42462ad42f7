namespace Rx.Qmp.Wire;

/// <summary>What a <see cref="FrameScanner"/> found in the bytes it was given. Faults are values: a scan never throws.</summary>
internal enum FrameScanStatus
{
    /// <summary>All bytes belong to a message whose end has not arrived yet.</summary>
    NeedMore,

    /// <summary>A whole message ends inside the bytes.</summary>
    Frame,

    /// <summary>The first byte of a message is not an opening brace.</summary>
    NotAnObject,

    /// <summary>Objects and arrays are nested deeper than allowed.</summary>
    TooDeep,

    /// <summary>The message outgrew the size limit before it ended.</summary>
    TooLarge,
}
