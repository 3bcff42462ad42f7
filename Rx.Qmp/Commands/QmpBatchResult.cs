namespace Rx.Qmp;

/// <summary>How a batch ended.</summary>
/// <param name="Replies">The replies of the commands that succeeded, in order.</param>
/// <param name="Failed">The command the batch stopped at, or null if all succeeded.</param>
/// <param name="Cause">The first error of that command: later attempts often fail with a consequence of it. Null if all succeeded.</param>
/// <param name="Attempts">How often commands were sent, in all.</param>
public sealed record QmpBatchResult(QmpList<QmpReply> Replies, QmpCommand? Failed, QmpException? Cause, int Attempts)
{
    /// <summary>True if every command succeeded.</summary>
    public bool Succeeded => Failed is null;
}
