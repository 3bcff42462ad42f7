using System.Reactive.Concurrency;
using Rx.Qmp.Agent;
using Rx.Qmp.Connections;
using Rx.Qmp.Isolation;
using Serilog.Core;
using Serilog.Events;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>Whatever an application plugs into a client: those who wait are answered, and the client ends.</summary>
public class HostileClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory(Timeout = 120_000)]
    [InlineData("disposed", false)]
    [InlineData("disposed", true)]
    [InlineData("refusing", false)]
    [InlineData("refusing", true)]
    [InlineData("immediate", false)]
    [InlineData("immediate", true)]
    public async Task Beside_an_observer_scheduler_that_is_no_use_commands_are_answered_and_the_client_ends(string kind, bool byServer)
    {
        var ct = TestContext.Current.CancellationToken;
        var loop = new EventLoopScheduler();
        IScheduler scheduler = kind switch
        {
            "disposed" => loop,
            "refusing" => new RefusingScheduler(ImmediateScheduler.Instance),
            _ => ImmediateScheduler.Instance,
        };
        var server = new FakeQmpServer(QmpRig.ByHand);
        var client = new QmpClient(new QmpClientOptions { Scheduler = new TaskPoolScheduler(Task.Factory), ObserverScheduler = scheduler });
        client.Events.Subscribe(_ => client.DisposeAsync().AsTask().Wait(ct));
        client.ConnectionStates.Subscribe(_ => { });
        var connecting = client.ConnectAsync(server.ClientEnd, ct);
        server.Send(QmpRig.Greeting);
        await connecting.WaitAsync(Patience, ct);
        server.Answer = _ => null;
        loop.Dispose();

        var pending = client.ExecuteAsync(QmpCommand.Create("query-status"), ct);
        if (byServer)
        {
            server.Send(Events.Named("STOP"));
            server.HangUp();
        }
        else
        {
            await client.DisposeAsync().AsTask().WaitAsync(Patience, ct);
        }

        await Assert.ThrowsAnyAsync<QmpException>(async () => await pending);
        await client.DisposeAsync().AsTask().WaitAsync(Patience, ct);
    }

    /// <summary>Limits beyond the longest timer there is are waited out, and infinite ones never end.</summary>
    [Fact]
    public void A_command_with_a_limit_beyond_all_timers_fails_then_and_one_without_a_limit_never()
    {
        using var rig = QmpRig.Connected(options => options with
        {
            CommandTimeout = TimeSpan.FromDays(60),
            CommandWarning = Timeout.InfiniteTimeSpan,
        });
        rig.Server.Answer = _ => null;
        var ct = TestContext.Current.CancellationToken;
        var limited = rig.Client.ExecuteAsync(QmpCommand.Create("a"), ct);
        var longest = rig.Client.ExecuteAsync(QmpCommand.Create("b").WithTimeout(TimeSpan.MaxValue), ct);
        var endless = rig.Client.ExecuteAsync(QmpCommand.Create("c").WithTimeout(Timeout.InfiniteTimeSpan), ct);

        rig.Time.AdvanceBy(TimeSpan.FromDays(59).Ticks);
        Assert.False(limited.IsCompleted);
        rig.Time.AdvanceBy(TimeSpan.FromDays(2).Ticks);

        Assert.IsType<QmpTimeoutException>(limited.Exception!.InnerException);
        rig.Time.AdvanceBy(TimeSpan.FromDays(1000).Ticks);
        Assert.False(longest.IsCompleted);
        Assert.False(endless.IsCompleted);
    }

    /// <summary>As one does that passes lines on to a thread of a user interface, which closes the client at that moment.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_logger_that_waits_for_a_thread_which_closes_the_client_holds_up_neither(bool givesUp)
    {
        var waits = new WaitsForClosing();
        using var logger = new Serilog.LoggerConfiguration().WriteTo.Sink(waits).CreateLogger();
        using var rig = new ReconnectRig(options => options with
        {
            Logger = logger,
            Reconnect = givesUp ? ReconnectRig.EverySecond with { MaxRetries = 1 } : ReconnectRig.EverySecond,
        });
        waits.Client = rig.Client;
        rig.Script.Fail(QmpConnectFailure.Missing);
        _ = rig.Connect();
        rig.Advance(1);
        Assert.NotEmpty(waits.Closed);
        Assert.DoesNotContain(false, waits.Closed);
    }

    /// <summary>The stream comes after the time is up and before anybody looks.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_stream_opened_in_the_moment_an_attempt_is_given_up_is_closed()
    {
        using var server = new FakeQmpServer();
        var opening = new TaskCompletionSource<Stream>();
        var endpoint = QmpEndpoint.Create("late", stop =>
        {
            stop.UnsafeRegister(
                _ =>
                {
                    SynchronizationContext.SetSynchronizationContext(null);
                    opening.SetResult(server.Connect());
                },
                null);
            return new ValueTask<Stream>(opening.Task);
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var options = new QmpClientOptions { InlineContinuations = true };
        var attempt = Connector.OpenAsync(endpoint, options, stop.Token).AsTask();

        // With a context of its own this thread runs no continuation inside the cancelling until the endpoint answers, which is next.
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new Elsewhere());
        stop.Cancel();
        SynchronizationContext.SetSynchronizationContext(before);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
        await WaitFor(() => server.ClientIsGone);
    }

    [Fact]
    public async Task A_stream_handed_over_with_options_that_are_refused_is_closed()
    {
        var ct = TestContext.Current.CancellationToken;
        var (monitor, theirs) = DuplexStream.CreatePair(inline: true);
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => QmpClient.ConnectAsync(theirs, new() { InlineContinuations = true, MaxInFlight = 0 }, ct));
        Assert.Equal(0, await monitor.ReadAsync(new byte[1], ct));

        var (port, other) = DuplexStream.CreatePair(inline: true);
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => QgaClient.ConnectAsync(other, new() { InlineContinuations = true, MaxDiscardedBytes = 0 }, ct));
        Assert.Equal(0, await port.ReadAsync(new byte[1], ct));
    }

    [Fact]
    public async Task A_stream_whose_closing_throws_does_not_hide_why_it_was_rejected()
    {
        using var rig = QmpRig.Connected();
        var ct = TestContext.Current.CancellationToken;
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Client.ConnectAsync(new ClosingThrows(), ct));
    }

    private static async Task WaitFor(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class WaitsForClosing : ILogEventSink
    {
        public QmpClient? Client { get; set; }

        /// <summary>Whether the call that closes came back.</summary>
        public List<bool> Closed { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.MessageTemplate.Text.StartsWith("QMP connection failed", StringComparison.Ordinal)
                || logEvent.MessageTemplate.Text.StartsWith("QMP will not", StringComparison.Ordinal))
            {
                Closed.Add(Task.Run(() => { _ = Client!.DisposeAsync().AsTask(); }).Wait(TimeSpan.FromSeconds(10)));
            }
        }
    }

    private sealed class Elsewhere : SynchronizationContext
    {
    }

    private sealed class ClosingThrows : MemoryStream
    {
        public override ValueTask DisposeAsync() => throw new FormatException("mine");
    }
}
