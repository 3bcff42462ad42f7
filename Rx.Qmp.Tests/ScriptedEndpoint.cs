using Microsoft.Reactive.Testing;
using Rx.Qmp;

namespace Rx.Qmp.Tests;

/// <summary>An endpoint in virtual time whose attempts end as scripted, and the times they were made at.</summary>
internal sealed class ScriptedEndpoint
{
    private readonly TestScheduler _time;

    public ScriptedEndpoint(TestScheduler time)
    {
        _time = time;
        Endpoint = QmpEndpoint.Create("the script", OpenAsync);
    }

    public QmpEndpoint Endpoint { get; }

    /// <summary>When attempts were made, in milliseconds.</summary>
    public List<double> Attempts { get; } = [];

    /// <summary>What the next attempts meet; after the last, that one again.</summary>
    public Queue<Func<CancellationToken, ValueTask<Stream>>> Script { get; } = new();

    /// <summary>Servers that were connected to, in order.</summary>
    public List<FakeQmpServer> Servers { get; } = [];

    public FakeQmpServer Server => Servers[^1];

    public ScriptedEndpoint Fail(QmpConnectFailure failure, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Script.Enqueue(_ => ValueTask.FromException<Stream>(new QmpConnectException(failure, "the script")));
        }

        return this;
    }

    /// <summary>A new server of that kind.</summary>
    public ScriptedEndpoint Serve(Action<FakeQmpServer>? prepare = null, FakeQmpOptions? kind = null)
    {
        Script.Enqueue(_ =>
        {
            var server = new FakeQmpServer(kind);
            prepare?.Invoke(server);
            Servers.Add(server);
            return new ValueTask<Stream>(server.ClientEnd);
        });
        return this;
    }

    /// <summary>An attempt that lasts until it is given up.</summary>
    public ScriptedEndpoint Hang()
    {
        Script.Enqueue(stop =>
        {
            var never = new TaskCompletionSource<Stream>();
            stop.UnsafeRegister(_ => never.TrySetCanceled(stop), null);
            return new ValueTask<Stream>(never.Task);
        });
        return this;
    }

    private ValueTask<Stream> OpenAsync(CancellationToken stop)
    {
        Attempts.Add(TimeSpan.FromTicks(_time.Clock).TotalMilliseconds);
        return (Script.Count > 1 ? Script.Dequeue() : Script.Peek())(stop);
    }
}
