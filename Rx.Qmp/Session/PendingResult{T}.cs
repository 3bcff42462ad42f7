namespace Rx.Qmp.Session;

/// <summary>A call whose caller wants the reply read, straight from the read buffer.</summary>
/// <inheritdoc cref="PendingCommand{T}"/>
internal sealed class PendingResult<T>(QmpCommand<T> command, CommandDeadlines deadlines, bool outOfBand, bool inline)
    : PendingCommand<T>(command, deadlines, outOfBand, inline)
{
    /// <inheritdoc/>
    public override bool TryRead(ReadOnlySpan<byte> value) => Read(value) is null;

    protected override Exception? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            Keep(command.Read(value));
            return null;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // By contract, not by type: a reader may be the caller's own, and this is the thread that serves everybody.
            return DoesNotFit(fault);
        }
    }

    private QmpProtocolException DoesNotFit(Exception inner) =>
        new(QmpProtocolFault.UnexpectedShape, Misfit.Sentence($"The reply to {Command.Name}", typeof(T), inner), inner, Command.Name);
}
