using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Rx.Qmp.Session;

namespace Rx.Qmp.Connections;

/// <summary>The one time limit that covers connecting, greeting and negotiation, together with the caller's own token.</summary>
internal sealed class ConnectAttempt : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _callerStops;
    private readonly IDisposable _timer;
    private readonly TimeSpan _limit;

    public ConnectAttempt(QmpClientOptions options, CancellationToken caller)
    {
        _caller = caller;
        _limit = options.ConnectTimeout;
        _callerStops = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).TryCancel(), _stop);
        _timer = options.Scheduler.Schedule(_limit, _stop.TryCancel);
    }

    /// <summary>Cancelled when the time is up or the caller gives up.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What went wrong, given how far it had come when <see cref="Token"/> was cancelled.</summary>
    public QmpException Explain(string endpoint, bool connected, QmpGreeting? greeting)
    {
        if (_caller.IsCancellationRequested)
        {
            return new QmpDisconnectedException("Connecting was cancelled.");
        }

        if (!connected)
        {
            return new QmpConnectException(QmpConnectFailure.TimedOut, endpoint);
        }

        return greeting is null
            ? new QmpNoGreetingException(_limit)
            : new QmpTimeoutException(QmpHandshake.Plain.Name, _limit);
    }

    /// <summary>What went wrong, given what was thrown.</summary>
    public QmpException Explain(string endpoint, Exception fault) => fault switch
    {
        _ when _caller.IsCancellationRequested => Explain(endpoint, connected: false, null),
        QmpException known => known,
        _ when Token.IsCancellationRequested => Explain(endpoint, connected: false, null),
        _ => new QmpConnectException(QmpConnectFailure.EndpointFailed, endpoint, fault),
    };

    /// <summary>Forgets timer and caller. The source itself holds nothing, and a timer running late may still touch it.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _callerStops.Dispose();
    }
}
