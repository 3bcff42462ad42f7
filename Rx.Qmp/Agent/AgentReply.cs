namespace Rx.Qmp.Agent;

/// <summary>What came of one message to the agent.</summary>
/// <param name="Kind">Return, error or malformed; unknown: silence that counts as success.</param>
/// <param name="Value">What it returned.</param>
/// <param name="Error">The error it stated, or null.</param>
/// <param name="HasId">True when it carried the id sent.</param>
internal readonly record struct AgentReply(MessageKind Kind, QmpReply Value = default, QmpError? Error = null, bool HasId = false)
{
    /// <summary>True when the agent does not know the command.</summary>
    public bool IsUnknownCommand => Error?.Class == "CommandNotFound";

    /// <summary>True when the agent took offence at the id: agents before QEMU 3.0 allow no such member. What they refuse in parsing they
    /// have not begun to execute.</summary>
    public bool IsAgainstIds =>
        !HasId && Error is { Class: "GenericError" } error && error.Description.Contains("'id'", StringComparison.Ordinal);
}
