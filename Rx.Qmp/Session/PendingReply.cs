namespace Rx.Qmp.Session;

/// <summary>A call whose caller wants the reply as it was sent.</summary>
/// <inheritdoc cref="PendingCommand{T}"/>
internal sealed class PendingReply(QmpCommand command, CommandDeadlines deadlines, bool outOfBand, bool inline)
    : PendingCommand<QmpReply>(command, deadlines, outOfBand, inline)
{
    /// <summary>Never: where the value ends is for the header reader to say.</summary>
    /// <inheritdoc/>
    public override bool TryRead(ReadOnlySpan<byte> value) => false;

    protected override Exception? Read(ReadOnlySpan<byte> value)
    {
        Keep(QmpReply.Copy(value));
        return null;
    }
}
