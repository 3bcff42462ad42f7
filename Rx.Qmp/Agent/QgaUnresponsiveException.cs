namespace Rx.Qmp.Agent;

/// <summary>The guest agent gave no sign of life: it does not run (yet), or the guest is stopped. The command, if there was one, was not
/// sent. The connection is fine, and the agent is looked for again with the next command.</summary>
public sealed class QgaUnresponsiveException : QmpException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command that was not sent; null: connecting.</param>
    /// <param name="waited">How long it was waited for.</param>
    public QgaUnresponsiveException(string? command, TimeSpan waited)
        : base(
            (command is null ? string.Empty : $"{command} was not sent. ")
                + $"The guest agent did not answer within {waited.TotalSeconds:0.###} s: it does not run, or the guest is stopped.",
            command) => Waited = waited;

    /// <summary>How long it was waited for.</summary>
    public TimeSpan Waited { get; }
}
