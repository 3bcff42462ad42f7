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
        if (resyncing.IsCompletedSuccessfully && !session.HasEnded)
        {
            return null;
        }

        // What it still does is its own affair; its commands fail with the connection.
        _ = resyncing.ContinueWith(
            static ended => ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        var lost = session.HasEnded;
        stop.TryCancel();
        return lost ? session.Disconnected(null) : new QmpResyncException(
            resyncing.Exception?.InnerException ?? new TimeoutException($"Not done within {options.ResyncTimeout.TotalSeconds:0.###} s."));
    }

    /// <summary>The application's code: what it throws, and how long it blocks, is its own affair.</summary>
    private async Task CallAsync(QmpSession session, CancellationToken stop)
    {
        await Foreign.EnterAsync(options.InlineContinuations).ConfigureAwait(false);
        await options.Resync!(clientOf(session), stop).ConfigureAwait(false);
    }
}
