using System.Collections.Immutable;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>Runs commands that only make sense together: one after the other, up to the first that fails.</summary>
public static class QmpBatch
{
    /// <summary>Runs commands one after the other and stops at the first that fails for good. Batches and single commands of
    /// other callers may run in between. Nothing is undone: the result says how far it came. All of it runs on one connection, whose loss ends
    /// it.</summary>
    /// <param name="client">The client.</param>
    /// <param name="commands">The commands, in order.</param>
    /// <param name="policy">What to retry; null: <see cref="QmpBatchPolicy.Default"/>.</param>
    /// <param name="cancellationToken">Stops; this alone throws, as every other failure is in the result.</param>
    /// <returns>How it ended.</returns>
    public static async Task<QmpBatchResult> ExecuteBatchAsync(
        this QmpClient client,
        IEnumerable<QmpCommand> commands,
        QmpBatchPolicy? policy = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(commands);
        policy ??= QmpBatchPolicy.Default;
        policy.Validate();
        var replies = ImmutableArray.CreateBuilder<QmpReply>();
        var attempts = 0;
        QmpSession? session = null;
        foreach (var command in commands)
        {
            QmpException? cause = null;
            var done = false;
            for (var attempt = 1; !done; attempt++)
            {
                attempts++;
                try
                {
                    session ??= await client.BindAsync(command.Name, cancellationToken).ConfigureAwait(false);
                    replies.Add(await session.ExecuteAsync(command, false, cancellationToken).ConfigureAwait(false));
                    done = true;
                }
                catch (QmpException error)
                {
                    cause ??= error;
                    if (attempt == policy.MaxAttempts || error is not QmpCommandException refused || !policy.IsTransient(refused))
                    {
                        return new QmpBatchResult(replies.ToImmutable(), command, cause, attempts);
                    }
                }

                if (!done)
                {
                    await SchedulerDelay.WaitAsync(
                        client.Settings.Scheduler, policy.RetryDelay, client.Options.InlineContinuations, cancellationToken)
                        .ConfigureAwait(false);
                }
            }
        }

        return new QmpBatchResult(replies.ToImmutable(), null, null, attempts);
    }
}
