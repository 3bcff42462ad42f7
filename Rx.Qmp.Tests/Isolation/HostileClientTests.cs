using System.Reactive.Concurrency;
using Rx.Qmp.Isolation;

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
}
