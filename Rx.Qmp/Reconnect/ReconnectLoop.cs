using System.Reactive;
using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;
using Serilog;

namespace Rx.Qmp.Reconnect;

/// <summary>Makes one connection after the other, as the policy says, and tells what it does. Each has a client of its own; nothing of
/// one is carried over to the next.</summary>
internal sealed class ReconnectLoop(
    QmpEndpoint endpoint,
    QmpReconnectOptions options,
    ReadyGate gate,
    ObserverHub<QmpReconnectState> states,
    ObserverHub<QmpEvent> events,
    ILogger log)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(SchedulerDelay.Options(options.Client.InlineContinuations));
    private int _connections;
    private int _retries;

    private IScheduler Scheduler => options.Client.Scheduler;

    /// <summary>Completes when commands run for the first time; fails if that never happens.</summary>
    public Task Ready => _ready.Task;

    /// <summary>True: the server was told to quit, so that losing it is no loss.</summary>
    public bool IsQuitting { get; set; }

    /// <summary>Makes connections until there is to be no other. Never fails.</summary>
    public async Task RunAsync()
    {
        QmpException? cause;
        try
        {
            cause = await ConnectAgainAndAgainAsync().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // A fault of this library: commands must not wait for a connection that nobody makes.
            cause = new QmpDisconnectedException("Reconnecting failed.", null, fault);
        }

        End(cause);
    }

    /// <summary>Ends what is under way.</summary>
    public void Stop() => _stop.TryCancel();

    /// <summary>Says that there will be no other connection.</summary>
    public void End(QmpException? cause)
    {
        QmpLog.GivenUp(log, cause);
        gate.Close(cause);
        states.Complete(new QmpReconnectState(QmpReconnectPhase.Ended, _connections, _retries, null, cause));
        events.Complete();
        if (_ready.TrySetException(cause ?? new QmpDisconnectedException("The connection was closed.")))
        {
            // Looked at, in case nobody waits for it.
            _ = _ready.Task.Exception;
        }
    }

    /// <returns>Why there is to be no other connection; null: on request.</returns>
    private async Task<QmpException?> ConnectAgainAndAgainAsync()
    {
        while (true)
        {
            var (lasted, cause) = await ServeOneAsync().ConfigureAwait(false);
            gate.Shut(cause);
            if (_stop.IsCancellationRequested || IsQuitting || cause is null)
            {
                return null;
            }

            _retries = options.Policy.IsStable(lasted) ? 0 : _retries;
            if (options.Policy.GivesUpAfter(_retries) || IsHopeless(cause))
            {
                Publish(QmpReconnectPhase.Lost, cause: cause);
                return cause;
            }

            var pause = options.Policy.BackOff.After(++_retries);
            QmpLog.Reconnecting(log, cause, _retries, pause);
            Publish(QmpReconnectPhase.Lost, cause: cause, retryAfter: pause);
            try
            {
                await SchedulerDelay.WaitAsync(Scheduler, pause, options.Client.InlineContinuations, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Makes one connection and sees it to its end.</summary>
    /// <returns>How long commands ran, null: they never did; and why it ended, null: on request.</returns>
    private async Task<(TimeSpan? Lasted, QmpException? Cause)> ServeOneAsync()
    {
        Publish(QmpReconnectPhase.Connecting);
        var client = new QmpClient(options.Client);
        await using var dispose = client.ConfigureAwait(false);
        using var tap = client.Tap(Observer.Create<QmpEvent>(events.Publish));
        using var stop = _stop.Token.UnsafeRegister(static client => _ = ((QmpClient)client!).DisposeAsync().AsTask(), client);
        try
        {
            await client.ConnectAsync(endpoint, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            return (null, fault as QmpException ?? client.Cause);
        }

        var life = Scheduler.StartStopwatch();
        _connections++;
        Publish(QmpReconnectPhase.Resyncing, client.Greeting);
        if (await ResyncAsync(client).ConfigureAwait(false) is { } failed)
        {
            return (null, failed);
        }

        Publish(QmpReconnectPhase.Ready, client.Greeting);
        gate.Open(client);
        _ready.TrySetResult();
        await client.Finished.ConfigureAwait(false);
        return (life.Elapsed, client.Cause);
    }

    private async Task<QmpException?> ResyncAsync(QmpClient client)
    {
        if (options.Resync is null)
        {
            return null;
        }

        using var stop = new CancellationTokenSource();
        var late = new TaskCompletionSource(SchedulerDelay.Options(options.Client.InlineContinuations));
        using var timer = Scheduler.Schedule(options.ResyncTimeout, () => late.TrySetResult());
        var resyncing = CallResync(client, stop.Token);
        await Task.WhenAny(resyncing, client.Finished, late.Task).ConfigureAwait(false);
        if (resyncing.IsCompletedSuccessfully && !client.HasEnded)
        {
            return null;
        }

        // What it still does is its own affair; its commands fail with the connection.
        _ = resyncing.ContinueWith(
            static ended => ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        bool lost = client.HasEnded;
        stop.TryCancel();
        return lost ? client.Cause ?? new QmpDisconnectedException("The connection was closed.") : new QmpResyncException(
            resyncing.Exception?.InnerException ?? new TimeoutException($"Not done within {options.ResyncTimeout.TotalSeconds:0.###} s."));
    }

    /// <summary>The application's code: what it throws, and how long it blocks, is its own affair.</summary>
    private async Task CallResync(QmpClient client, CancellationToken stop)
    {
        await Foreign.EnterAsync(options.Client.InlineContinuations).ConfigureAwait(false);
        await options.Resync!(client, stop).ConfigureAwait(false);
    }

    private static bool IsHopeless(QmpException cause) =>
        cause is QmpConnectException { Failure: QmpConnectFailure.PathTooLong or QmpConnectFailure.Unsupported };

    private void Publish(
        QmpReconnectPhase phase, QmpGreeting? greeting = null, QmpException? cause = null, TimeSpan? retryAfter = null) =>
        states.Publish(new QmpReconnectState(phase, _connections, _retries, greeting, cause, retryAfter));
}
