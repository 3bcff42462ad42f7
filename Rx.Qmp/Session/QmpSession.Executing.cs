using Rx.Qmp.Isolation;
namespace Rx.Qmp.Session;

/// <summary>The half of a session that takes commands.</summary>
internal sealed partial class QmpSession
{
    /// <summary>Sends a command and gives its reply as it was sent.</summary>
    public Task<QmpReply> ExecuteAsync(QmpCommand command, bool outOfBand, CancellationToken cancellationToken) =>
        Send(new PendingReply(command, DeadlinesOf(command), outOfBand, _options.InlineContinuations), cancellationToken);

    /// <summary>Sends a command and gives its reply read.</summary>
    public Task<T> ExecuteAsync<T>(QmpCommand<T> command, bool outOfBand, CancellationToken cancellationToken) =>
        Send(new PendingResult<T>(command, DeadlinesOf(command), outOfBand, _options.InlineContinuations), cancellationToken);

    /// <summary>The same, for a caller who has to know whether it was sent.</summary>
    public Task<QmpReply> ExecuteAsync(QmpCommand command, out PendingCommand pending, CancellationToken cancellationToken)
    {
        var reply = new PendingReply(command, DeadlinesOf(command), outOfBand: false, _options.InlineContinuations);
        pending = reply;
        return Send(reply, cancellationToken);
    }

    /// <summary>Whether a command whose caller was answered had been sent.</summary>
    public bool WasSent(PendingCommand pending) => _window.WasSent(pending);

    private CommandDeadlines DeadlinesOf(QmpCommand command)
    {
        var now = _deadlines.Now;
        return new(now, now.Plus(_options.CommandWarning), now.Plus(_options.TimeoutOf(command)));
    }

    private Task<T> Send<T>(PendingCommand<T> pending, CancellationToken cancellationToken) =>
        pending.Command.Name == KnownCommands.Quit.Name ? SendQuitAsync(pending, cancellationToken) : SendNow(pending, cancellationToken);

    /// <summary>From the sending of quit on, the server's hanging up is no loss but what was asked for, whoever asks how.</summary>
    private async Task<T> SendQuitAsync<T>(PendingCommand<T> pending, CancellationToken cancellationToken)
    {
        _quit = pending;
        try
        {
            return await SendNow(pending, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpCommandException)
        {
            _quit = null;
            throw;
        }
    }

    private Task<T> SendNow<T>(PendingCommand<T> pending, CancellationToken cancellationToken)
    {
        if (Refuse(pending, cancellationToken) is { } refusal)
        {
            return refusal is OperationCanceledException ? Task.FromCanceled<T>(cancellationToken) : Task.FromException<T>(refusal);
        }

        // While this thread reads, commands gather: they go out together when the messages at hand are routed.
        if (!IsReading)
        {
            _pump.Run();
        }

        return pending.Task;
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
