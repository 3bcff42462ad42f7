using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>
/// One wait for what QEMU tells by events: it listens from its making on, so make it before asking. Ends once, with a result, a
/// failure, the connection's end, the deadline or the caller's cancelling; disposing it leaves nothing behind.
/// </summary>
/// <typeparam name="T">What comes of it.</typeparam>
internal sealed class EventWait<T> : IDisposable
{
    private readonly QmpSession _session;
    private readonly TimeSpan? _timeout;
    private readonly CancellationToken _cancelled;
    private readonly TaskCompletionSource<T> _outcome;
    private readonly CancellationTokenSource _ended = new();
    private readonly IDisposable _timer;
    private readonly CancellationTokenRegistration _cancel;
    private readonly IDisposable _tap;

    /// <summary>Begins to listen.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="name">The command whose consequences are waited for; errors name it.</param>
    /// <param name="timeout">How long; null: as long as it takes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="judge">Gets every event, on the reading thread: it must neither block nor run foreign code.</param>
    /// <param name="atEnd">What the connection's end means; null: a loss.</param>
    public EventWait(
        QmpSession session,
        string name,
        TimeSpan? timeout,
        CancellationToken cancellationToken,
        Action<EventWait<T>, QmpEvent> judge,
        Action<EventWait<T>>? atEnd = null)
    {
        (_session, _timeout, _cancelled) = (session, timeout, cancellationToken);
        _outcome = new(SchedulerDelay.Options(session.Options.InlineContinuations));
        Ended = _ended.Token;
        _timer = timeout is { } limit
            ? session.Options.Scheduler.Schedule(limit, () => Fail(new QmpTimeoutException(name, limit)))
            : Disposable.Empty;
        _cancel = cancellationToken.UnsafeRegister(_ => _outcome.TrySetCanceled(cancellationToken), null);
        _tap = session.Tap(Observer.Create<QmpEvent>(
            item => judge(this, item),
            () =>
            {
                atEnd?.Invoke(this);
                Fail(session.Disconnected(name));
            }));
    }

    /// <summary>What came of it.</summary>
    public Task<T> Outcome => _outcome.Task;

    /// <summary>Cancelled when the wait is disposed.</summary>
    public CancellationToken Ended { get; }

    public void Succeed(T result) => _outcome.TrySetResult(result);

    public void Fail(Exception fault) => _outcome.TrySetException(fault);

    /// <summary>Asks, and waits until the request was accepted and what it causes has happened. A refusal says more than whatever the
    /// outcome became meanwhile.</summary>
    public async Task<T> AskAsync(QmpCommand request)
    {
        await _session.ExecuteAsync(_timeout is { } limit ? request.WithTimeout(limit) : request, false, _cancelled).ConfigureAwait(false);
        return await _outcome.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _tap.Dispose();
        _timer.Dispose();
        _cancel.Dispose();
        _ended.TryCancel();
        _ended.Dispose();

        // Looked at, so that a failure nobody asked for any more does not count as unobserved.
        _ = _outcome.Task.Exception;
    }
}
