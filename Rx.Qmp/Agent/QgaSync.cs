namespace Rx.Qmp.Agent;

/// <summary>How a client finds out where in an agent's output its own replies begin.</summary>
public enum QgaSync
{
    /// <summary>With guest-sync-delimited, after a byte that resets the agent's parser; with guest-sync if the agent has no such
    /// command.</summary>
    Delimited,

    /// <summary>With guest-sync, and no byte that is not JSON: for agents that are not QEMU's and take offence at one.</summary>
    Plain,
}
