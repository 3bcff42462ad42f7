using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests;

/// <summary>A client that reconnects and its servers on one thread and one virtual clock.</summary>
internal sealed class ReconnectRig : IDisposable
{
    public static readonly QmpReconnectPolicy EverySecond = new()
    {
        BackOff = new QmpBackOff(TimeSpan.FromSeconds(1)), StableAfter = TimeSpan.Zero,
    };

    public ReconnectRig(Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        Script = new ScriptedEndpoint(Time);
        var options = new QmpClientOptions
        {
            Scheduler = Time, InlineContinuations = true, ConnectRetry = QmpConnectRetry.Never, Reconnect = EverySecond,
        };
        Client = new QmpClient(adjust?.Invoke(options) ?? options);
        Client.ConnectionStates.Subscribe(States.Add, () => StatesCompleted = true);
        Client.Events.Subscribe(Events.Add, () => EventsCompleted = true);
    }

    public TestScheduler Time { get; } = new();

    public ScriptedEndpoint Script { get; }

    public QmpClient Client { get; }

    public List<QmpConnectionState> States { get; } = [];

    public List<QmpEvent> Events { get; } = [];

    public bool StatesCompleted { get; private set; }

    public bool EventsCompleted { get; private set; }

    public QmpConnectionState State => States[^1];

    /// <summary>The states as "phase connection", negotiation apart.</summary>
    public string Story => string.Join(
        ", ", States.Where(state => state.Phase != QmpConnectionPhase.Negotiating).Select(state => $"{state.Phase} {state.Connection}"));

    public IEnumerable<string> EventNames => Events.Select(item => item.Name);

    /// <summary>Servers as the script has them, the first of them connected.</summary>
    public static ReconnectRig Connected(
        Func<QmpClientOptions, QmpClientOptions>? adjust = null, Action<FakeQmpServer>? prepare = null)
    {
        var rig = new ReconnectRig(adjust);
        rig.Script.Serve(prepare);
        Assert.True(rig.Connect().IsCompletedSuccessfully);
        return rig;
    }

    public Task Connect() => Client.ConnectAsync(Script.Endpoint, CancellationToken.None);

    public Task<QmpReply> Execute(string name) => Client.ExecuteAsync(QmpCommand.Create(name), CancellationToken.None);

    public void Advance(double seconds) => Time.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);

    public void Dispose()
    {
        _ = Client.DisposeAsync().AsTask();
        Script.Servers.ForEach(server => server.Dispose());
    }
}
