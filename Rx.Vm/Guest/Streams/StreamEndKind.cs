namespace Rx.Vm.Guest;

/// <summary>How a stream ended.</summary>
internal enum StreamEndKind : byte
{
    /// <summary>The guest ended it: every byte was delivered, but for those counted as dropped.</summary>
    Ended,

    /// <summary>The channel went first: output, and an exit code, may be missing.</summary>
    Lost,
}
