using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests;

/// <summary>A client and a fake server on one thread and one virtual clock.</summary>
internal sealed class QmpRig : IDisposable
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": ["oob"]}}""" + "\r\n";

    /// <summary>A server that sends and answers nothing by itself, so that a test has every byte in its hands.</summary>
    public static readonly FakeQmpOptions ByHand = new() { Negotiates = false };

    public QmpRig(Func<QmpClientOptions, QmpClientOptions>? adjust = null, FakeQmpServer? server = null)
    {
        Server = server ?? new FakeQmpServer(QmpRig.ByHand);
        var options = new QmpClientOptions { Scheduler = Time, InlineContinuations = true, Logger = Log.Logger };
        Client = new QmpClient(adjust?.Invoke(options) ?? options);
        Client.Events.Subscribe(Events.Add, () => EventsCompleted = true);
        Client.ConnectionStates.Subscribe(States.Add, () => StatesCompleted = true);
    }

    public TestScheduler Time { get; } = new();

    public FakeQmpServer Server { get; }

    public QmpClient Client { get; }

    public List<QmpEvent> Events { get; } = [];

    public bool EventsCompleted { get; private set; }

    public List<QmpConnectionState> States { get; } = [];

    public LogLines Log { get; } = new();

    public bool StatesCompleted { get; private set; }

    public IEnumerable<string> EventNames => Events.Select(item => item.Name);

    public QmpConnectionPhase Phase => States[^1].Phase;

    /// <summary>A rig past its handshake.</summary>
    public static QmpRig Connected(Func<QmpClientOptions, QmpClientOptions>? adjust = null, FakeQmpServer? server = null)
    {
        var rig = new QmpRig(adjust, server);
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        Assert.True(connecting.IsCompletedSuccessfully, connecting.Exception?.ToString());
        return rig;
    }

    public Task Connect() => ConnectUntil(CancellationToken.None);

    public Task ConnectUntil(CancellationToken stop) => Client.ConnectAsync(Server.ClientEnd, stop);

    public Task<QmpReply> Execute(string name) => ExecuteUntil(name, CancellationToken.None);

    public Task<QmpReply> ExecuteUntil(string name, CancellationToken stop) =>
        Client.ExecuteAsync(QmpCommand.Create(name), stop);

    public void Advance(double seconds) => Time.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);

    public void Dispose()
    {
        _ = Client.DisposeAsync().AsTask();
        Server.Dispose();
    }
}
