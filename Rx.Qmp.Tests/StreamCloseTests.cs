using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Qmp.Tests;

/// <summary>Whoever has disposed of a client may use its socket's address again: the stream is closed by then, or was given up on.</summary>
public class StreamCloseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_ends_when_the_stream_is_closed_whoever_ended_the_connection(bool byServer)
    {
        using var rig = new QmpRig();
        var (stream, disposing) = await DisposeOf(rig, byServer);

        Assert.Equal((1, false), (stream.Closes, disposing.IsCompleted));
        rig.Advance(4.9);
        Assert.False(disposing.IsCompleted);
        stream.Go.SetResult();

        Assert.True(disposing.IsCompletedSuccessfully);
        Assert.True(stream.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_never_closes_is_given_up_on_after_five_seconds(bool byServer)
    {
        using var rig = new QmpRig();
        var (stream, disposing) = await DisposeOf(rig, byServer);

        rig.Advance(4.9);
        Assert.False(disposing.IsCompleted);
        rig.Advance(0.2);

        Assert.True(disposing.IsCompletedSuccessfully);
        Assert.False(stream.IsClosed);
        stream.Go.SetResult();
    }

    /// <summary>The other thread is inside the end of the connection, and has not come to the stream yet.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Disposing_while_another_thread_is_ending_the_connection_waits_for_the_stream_too()
    {
        var ct = TestContext.Current.CancellationToken;
        using var log = new HeldLog();
        var server = new FakeQmpServer(QmpRig.ByHand);
        var stream = new PausingStream(server.ClientEnd);
        var client = new QmpClient(new QmpClientOptions { Scheduler = new TaskPoolScheduler(Task.Factory), Logger = log.Logger });
        var connecting = client.ConnectAsync(stream, ct);
        server.Send(QmpRig.Greeting);
        await connecting.WaitAsync(Patience, ct);

        var hangingUp = Task.Run(server.HangUp, ct);
        log.Reached.Wait(ct);
        var disposing = client.DisposeAsync().AsTask();
        Assert.Equal((0, false), (stream.Closes, disposing.IsCompleted));

        log.Go.Set();
        stream.Go.SetResult();
        await disposing.WaitAsync(Patience, ct);
        Assert.True(stream.IsClosed);
        await hangingUp.WaitAsync(Patience, ct);
        server.Dispose();
    }

    private static async Task<(PausingStream Stream, Task Disposing)> DisposeOf(QmpRig rig, bool byServer)
    {
        var stream = new PausingStream(rig.Server.ClientEnd);
        var connecting = rig.Client.ConnectAsync(stream, TestContext.Current.CancellationToken);
        rig.Server.Send(QmpRig.Greeting);
        await connecting;
        if (byServer)
        {
            rig.Server.HangUp();
        }

        return (stream, rig.Client.DisposeAsync().AsTask());
    }

    private sealed class PausingStream(Stream inner) : DelegatingStream(inner)
    {
        public TaskCompletionSource Go { get; } = new();

        public int Closes { get; private set; }

        public bool IsClosed { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Inner.WriteAsync(buffer, cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            Closes++;
            await Go.Task.ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
            IsClosed = true;
        }
    }

    /// <summary>Holds the thread that logs the end of a connection.</summary>
    private sealed class HeldLog : ILogEventSink, IDisposable
    {
        public HeldLog() => Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();

        public ILogger Logger { get; }

        public ManualResetEventSlim Reached { get; } = new();

        public ManualResetEventSlim Go { get; } = new();

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.MessageTemplate.Text.StartsWith("QMP connection ended", StringComparison.Ordinal) && !Reached.IsSet)
            {
                Reached.Set();
                Go.Wait();
            }
        }

        public void Dispose()
        {
            Reached.Dispose();
            Go.Dispose();
        }
    }
}
