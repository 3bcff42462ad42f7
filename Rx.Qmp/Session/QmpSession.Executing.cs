using Rx.Qmp.Isolation;
namespace Rx.Qmp.Session;

/// <summary>The half of a session that takes commands.</summary>
internal sealed partial class QmpSession
{
    /// <summary>Sends a command and gives its reply as it was sent.</summary>
    public ValueTask<QmpReply> ExecuteAsync(QmpCommand command, bool outOfBand, CancellationToken cancellationToken) =>
        Await(new PendingReply(command, DeadlinesOf(command), outOfBand, _options.InlineContinuations, null), cancellationToken);

    /// <summary>Sends a command and gives its reply read.</summary>
    public ValueTask<T> ExecuteAsync<T>(QmpCommand<T> command, bool outOfBand, CancellationToken cancellationToken) =>
        Await(new PendingResult<T>(command, DeadlinesOf(command), outOfBand, _options.InlineContinuations, null), cancellationToken);

    /// <summary>The same, blocking.</summary>
    public QmpReply Execute(QmpCommand command, CancellationToken cancellationToken) =>
        Block(new PendingReply(command, DeadlinesOf(command), false, false, _turns), cancellationToken);

    /// <summary>The same, blocking.</summary>
    public T Execute<T>(QmpCommand<T> command, CancellationToken cancellationToken) =>
        Block(new PendingResult<T>(command, DeadlinesOf(command), false, false, _turns), cancellationToken);

    private CommandDeadlines DeadlinesOf(QmpCommand command)
    {
        var now = _deadlines.Now;
        return new(now, now.Plus(_options.CommandWarning), now.Plus(_options.TimeoutOf(command)));
    }

    private ValueTask<T> Await<T>(PendingCommand<T> pending, CancellationToken cancellationToken)
    {
        if (Refuse(pending, cancellationToken) is { } refusal)
        {
            return refusal is OperationCanceledException
                ? ValueTask.FromCanceled<T>(cancellationToken)
                : ValueTask.FromException<T>(refusal);
        }

        // While this thread reads, commands gather: they go out together when the messages at hand are routed.
        if (!IsReading)
        {
            _pump.Run();
        }

        _turns.CallSession();
        return pending.Task;
    }

    private T Block<T>(PendingCommand<T> pending, CancellationToken cancellationToken)
    {
        if (Refuse(pending, cancellationToken) is { } refusal)
        {
            throw refusal;
        }

        _pump.Run();
        if (IsReading)
        {
            ReadUntilAnswered(pending);
        }
        else
        {
            _turns.WaitFor(pending);
        }

        return pending.GetAnswer();
    }

    /// <summary>Queues a command.</summary>
    /// <returns>Null, or why not.</returns>
    private Exception? Refuse(PendingCommand pending, CancellationToken cancellationToken)
    {
        var command = pending.Command;
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellationToken);
        }

        pending.Trace = CommandTrace.Begin(command, pending.OutOfBand, _deadlines.Stopwatch, _log);
        if (Explain(_window.TryAdd(pending), command) is { } refusal)
        {
            pending.Trace?.End(refusal);
            return refusal;
        }

        if (cancellationToken.CanBeCanceled)
        {
            pending.Watch(cancellationToken);
        }

        _deadlines.Ensure(pending.NextDue);
        return null;
    }

    private QmpException? Explain(WindowRefusal refusal, QmpCommand command) => refusal switch
    {
        WindowRefusal.None => null,
        WindowRefusal.Full => new QmpQueueFullException(command.Name, _options.MaxWaitingCommands),
        WindowRefusal.NoOutOfBand => NoOutOfBand(command),
        _ => Disconnected(command.Name),
    };
}
