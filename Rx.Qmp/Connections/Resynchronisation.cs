using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp.Connections;

/// <summary>The application's look at what it missed, on each new connection before anybody's commands.</summary>
/// <param name="options">What to call, and how long it may take.</param>
/// <param name="clientOf">Makes a client that stands for one connection.</param>
internal sealed class Resynchronisation(QmpClientOptions options, Func<QmpSession, QmpClient> clientOf)
{
    public bool IsWanted => options.Resync is not null;

    /// <summary>Calls the application.</summary>
    /// <returns>Null, or why the connection is of no use.</returns>
    public async Task<QmpException?> RunAsync(QmpSession session)
    {
        using var stop = new CancellationTokenSource();
        var late = new TaskCompletionSource(SchedulerDelay.Options(options.InlineContinuations));
        using var timer = options.Scheduler.Schedule(options.ResyncTimeout, () => late.TrySetResult());
        var resyncing = CallAsync(session, stop.Token);
        await Task.WhenAny(resyncing, session.Finished, late.Task).ConfigureAwait(false);
        var fault = resyncing.IsCompleted
            ? await resyncing.ConfigureAwait(false)
            : new TimeoutException($"Not done within {options.ResyncTimeout.TotalSeconds:0.###} s.");
        var lost = session.HasEnded;
        if (fault is null && !lost)
        {
            return null;
        }

        // What it still does is its own affair; its commands fail with the connection.
        stop.TryCancel();
        return lost ? session.Disconnected(null) : new QmpResyncException(fault!);
    }

    /// <summary>The application's code: what it throws, and how long it blocks, is its own affair.</summary>
    /// <returns>What it threw; null: nothing.</returns>
    private async Task<Exception?> CallAsync(QmpSession session, CancellationToken stop)
    {
        try
        {
            await Foreign.EnterAsync(options.InlineContinuations).ConfigureAwait(false);
            await options.Resync!(clientOf(session), stop).ConfigureAwait(false);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }
}
