using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Init.Channels;

/// <summary>Takes the commands that the control channel reads.</summary>
internal interface ICommandSink
{
    /// <summary>Whether no more should be read for now.</summary>
    bool Full { get; }

    /// <summary>Takes a command.</summary>
    /// <param name="code">What it is; may be a value without a name.</param>
    /// <param name="payload">Its payload, now the sink's own.</param>
    /// <param name="connection">Which host connection it came from.</param>
    void Accept(GuestCode code, byte[] payload, int connection);
}
