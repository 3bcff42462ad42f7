using System.Reactive.Concurrency;
using System.Text.Json.Serialization.Metadata;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

// The half of the client that sends commands.
public sealed partial class QmpClient
{
    /// <summary>Sends a command and waits for its reply. While connecting, and while as many are in flight as may be, it waits its turn. Once
    /// sent it is never sent again: if the connection is lost meanwhile it fails, and what became of it is unknown.</summary>
    /// <param name="command">The command. Its time limit counts from the call, waiting for a connection included.</param>
    /// <param name="cancellationToken">Stops waiting. A command not yet sent is never sent; one already sent may still take effect, and
    /// its reply is dropped. The connection is not harmed.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpCommandException">The server refused.</exception>
    /// <exception cref="QmpTimeoutException">No reply in time.</exception>
    /// <exception cref="QmpNotSentException">No connection in time (<see cref="QmpClientOptions.Reconnect"/>): it took no effect.</exception>
    /// <exception cref="QmpDisconnectedException">The connection ended, or had ended before and there will be no other.</exception>
    /// <exception cref="QmpQueueFullException">Too many commands wait already.</exception>
    /// <exception cref="QmpProtocolException">The reply makes no sense.</exception>
    public Task<QmpReply> ExecuteAsync(QmpCommand command, CancellationToken cancellationToken = default) =>
        SendAsync(command, false, cancellationToken);

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for the other overload.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public Task<TResult> ExecuteAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default) =>
        SendAsync(command, false, cancellationToken);

    /// <summary>Sends a command and reads its reply.</summary>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for the other overload.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public Task<TResult> ExecuteAsync<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return ExecuteAsync(command.Encode(), cancellationToken);
    }

    /// <summary>Sends a command and reads its reply into a type.</summary>
    /// <typeparam name="T">The reply's type.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="typeInfo">The type's source-generated description.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpException">As for the other overload, or the reply has another shape.</exception>
    public async Task<T?> ExecuteAsync<T>(
        QmpCommand command, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        (await ExecuteAsync(command, cancellationToken).ConfigureAwait(false)).As(typeInfo);

    /// <summary>Sends a command to be executed out of band: it overtakes every other, also those under way in the server. Only few commands
    /// may (allow-oob in the schema). Two can be in flight.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting, as for <see cref="ExecuteAsync(QmpCommand, CancellationToken)"/>.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="QmpUnsupportedException">Out-of-band execution was not negotiated.</exception>
    /// <exception cref="QmpException">As for the in-band call.</exception>
    public Task<QmpReply> ExecuteOobAsync(QmpCommand command, CancellationToken cancellationToken = default)
    {
        RejectFile(command);
        return SendAsync(command, true, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteOobAsync(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public Task<TResult> ExecuteOobAsync<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        RejectFile(command);
        return SendAsync(command, true, cancellationToken);
    }

    /// <inheritdoc cref="ExecuteOobAsync(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public Task<TResult> ExecuteOobAsync<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return ExecuteOobAsync(command.Encode(), cancellationToken);
    }

    /// <summary>Sends a command and blocks the calling thread until its reply has come, for code that cannot await. Never call it on the
    /// thread that drives virtual time.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the server returned.</returns>
    /// <exception cref="OperationCanceledException">The token says stop.</exception>
    /// <exception cref="InvalidOperationException">This thread reads the replies, so it would wait for itself: inside an observer or
    /// continuation with <see cref="QmpClientOptions.InlineContinuations"/>. Nothing was sent; use ExecuteAsync there.</exception>
    /// <exception cref="QmpException">As for <see cref="ExecuteAsync(QmpCommand, CancellationToken)"/>.</exception>
    public QmpReply Execute(QmpCommand command, CancellationToken cancellationToken = default)
    {
        RejectReader();
        return ExecuteAsync(command, cancellationToken).GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Execute(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public TResult Execute<TResult>(QmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        RejectReader();
        return ExecuteAsync(command, cancellationToken).GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Execute(QmpCommand, CancellationToken)"/>
    /// <typeparam name="TResult">What the server returns.</typeparam>
    public TResult Execute<TResult>(IQmpCommand<TResult> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Execute(command.Encode(), cancellationToken);
    }

    private static void RejectFile(QmpCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.File is not null)
        {
            throw new ArgumentException("A command that carries a descriptor is not executed out of band.", nameof(command));
        }
    }

    private void RejectReader()
    {
        if ((_pinned ?? _connections.Session).IsReading)
        {
            throw new InvalidOperationException(
                "Execute would wait for ever here: this thread reads the replies. Await ExecuteAsync inside observers and continuations.");
        }
    }

    private Task<QmpReply> SendAsync(QmpCommand command, bool outOfBand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        CheckStarted();
        return Current is { } session
            ? session.ExecuteAsync(command, outOfBand, cancellationToken)
            : SendLaterAsync(command, outOfBand, cancellationToken);
    }

    // Apart, so that nothing is allocated for its closure while there is a connection.
    private async Task<QmpReply> SendLaterAsync(QmpCommand command, bool outOfBand, CancellationToken cancellationToken) => await (await WaitAsync(
        command.Name,
        Options.TimeoutOf(command),
        (next, left) => next.ExecuteAsync(command.WithTimeout(left), outOfBand, cancellationToken),
        cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    private Task<T> SendAsync<T>(QmpCommand<T> command, bool outOfBand, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        CheckStarted();
        return Current is { } session
            ? session.ExecuteAsync(command, outOfBand, cancellationToken)
            : SendLaterAsync(command, outOfBand, cancellationToken);
    }

    private async Task<T> SendLaterAsync<T>(QmpCommand<T> command, bool outOfBand, CancellationToken cancellationToken) => await (await WaitAsync(
        command.Name,
        Options.TimeoutOf(command),
        (next, left) => next.ExecuteAsync(command.WithTimeout(left), outOfBand, cancellationToken),
        cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>Enters the next connection with what was begun while there is none, in its turn and with what is left of its time.</summary>
    private ValueTask<T> WaitAsync<T>(
        string command, TimeSpan limit, Func<QmpSession, TimeSpan, T> enter, CancellationToken cancellationToken)
    {
        var waiting = Settings.Scheduler.StartStopwatch();
        return _connections.Commands.WaitAsync(command, limit, Enter, cancellationToken);

        T Enter(QmpSession session)
        {
            var left = limit.IsNever() ? limit : limit - waiting.Elapsed;
            return enter(session, left.IsLimit() ? left : TimeSpan.FromTicks(1));
        }
    }
}
