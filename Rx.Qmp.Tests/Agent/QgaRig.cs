using Microsoft.Reactive.Testing;
using Rx.Qmp.Agent;

namespace Rx.Qmp.Tests.Agent;

/// <summary>A client and a fake agent on one thread and one virtual clock.</summary>
internal sealed class QgaRig : IDisposable
{
    private readonly Func<QgaClientOptions, QgaClientOptions> _adjust;
    private QgaClient? _client;

    public QgaRig(Func<QgaClientOptions, QgaClientOptions>? adjust = null, FakeAgent? agent = null)
    {
        _adjust = adjust ?? (options => options);
        Agent = agent ?? new FakeAgent();
    }

    /// <summary>What the connection goes through; by default nothing.</summary>
    public Func<Stream, Stream> Through { get; init; } = connection => connection;

    public TestScheduler Time { get; } = new();

    public FakeAgent Agent { get; }

    public QgaClient Client => _client!;

    public static QgaRig Connected(Func<QgaClientOptions, QgaClientOptions>? adjust = null, FakeAgent? agent = null)
    {
        var rig = new QgaRig(adjust, agent);
        var connecting = rig.Connect();
        Assert.True(connecting.IsCompletedSuccessfully, connecting.Exception?.ToString());
        return rig;
    }

    public Task Connect() => ConnectUntil(CancellationToken.None);

    public async Task ConnectUntil(CancellationToken stop)
    {
        var options = _adjust(new QgaClientOptions { Scheduler = Time, InlineContinuations = true });
        _client = await QgaClient.ConnectAsync(Through(Agent.ClientEnd), options, stop);
    }

    public Task<QmpReply> Execute(string name) => Client.ExecuteAsync(QmpCommand.Create(name), CancellationToken.None);

    public void Advance(double seconds) => Time.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);

    public void Dispose()
    {
        _client?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Agent.Dispose();
    }
}
