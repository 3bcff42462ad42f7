namespace Rx.Vm.Init.Channels;

/// <summary>Knows which session belongs to which process.</summary>
internal interface ISessions
{
    /// <summary>Whether a process doesn't keep up with its stdin, so that the port is not read.</summary>
    bool InputFull { get; }

    /// <summary>Hands host bytes to the session's process; false: there is no such session.</summary>
    bool Deliver(ulong session, ReadOnlySpan<byte> bytes);
}
