namespace Rx.Qmp.Tests;

/// <summary>Catching up on a new connection, in virtual time.</summary>
public sealed class ResyncTests
{
    private static readonly QmpCommand QueryStatus = QmpCommand.Create("query-status");

    [Fact]
    public void Trap27_it_runs_before_the_commands_of_others_on_every_connection()
    {
        using var rig = new ReconnectRig(options => options with
        {
            Resync = async (client, stop) => await client.ExecuteAsync(QueryStatus, stop),
        });
        rig.Script.Serve();
        _ = rig.Connect();
        rig.Script.Server.HangUp();
        var waiting = rig.Execute("query-a");
        rig.Advance(1);
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.All(rig.Script.Servers, server => Assert.Equal("query-status", server.Received[1].Name));
        Assert.Equal("query-a", rig.Script.Server.Received[2].Name);
    }

    [Fact]
    public async Task Commands_wait_until_it_is_done_and_events_do_not()
    {
        var caughtUp = new TaskCompletionSource();
        using var rig = new ReconnectRig(options => options with { Resync = (_, _) => caughtUp.Task });
        rig.Script.Serve();
        var connecting = rig.Connect();
        Assert.Equal(QmpConnectionPhase.Resyncing, rig.State.Phase);
        var waiting = rig.Execute("query-a");
        rig.Script.Server.SendEvent("STOP");
        Assert.Equal(["STOP"], rig.EventNames);
        Assert.False(connecting.IsCompleted || waiting.IsCompleted);
        caughtUp.SetResult();
        Assert.True(waiting.IsCompletedSuccessfully);
        await connecting;
    }

    [Fact]
    public async Task One_that_throws_costs_the_connection_and_is_tried_again()
    {
        var calls = 0;
        using var rig = new ReconnectRig(options => options with
        {
            Resync = (_, _) => ++calls == 1 ? throw new InvalidDataException("odd") : Task.CompletedTask,
        });
        rig.Script.Serve();
        var connecting = rig.Connect();
        Assert.Equal(QmpConnectionPhase.Lost, rig.State.Phase);
        Assert.IsType<InvalidDataException>(Assert.IsType<QmpResyncException>(rig.State.Cause).InnerException);
        Assert.True(rig.Script.Server.ClientIsGone);
        rig.Advance(1);
        await connecting;
        Assert.Equal("Connecting 0, Resyncing 1, Lost 1, Connecting 1, Resyncing 2, Ready 2", rig.Story);
    }

    [Fact]
    public void One_that_is_cancelled_by_a_limit_of_its_own_is_not_told_as_one_that_was_too_slow()
    {
        using var rig = new ReconnectRig(options => options with
        {
            Resync = (_, _) => Task.FromException(new TaskCanceledException("its own limit", new TimeoutException("5 ms"))),
        });
        rig.Script.Serve();
        _ = rig.Connect();
        var fault = Assert.IsType<QmpResyncException>(rig.State.Cause).InnerException;
        Assert.Equal("its own limit", Assert.IsType<TaskCanceledException>(fault).Message);
    }

    [Fact]
    public void One_that_is_cancelled_without_more_is_told_so()
    {
        using var rig = new ReconnectRig(options => options with { Resync = (_, _) => Task.FromCanceled(new CancellationToken(true)) });
        rig.Script.Serve();
        _ = rig.Connect();
        Assert.IsType<TaskCanceledException>(Assert.IsType<QmpResyncException>(rig.State.Cause).InnerException);
    }

    [Fact]
    public void One_that_never_ends_is_stopped_in_time()
    {
        CancellationToken given = default;
        using var rig = new ReconnectRig(options => options with
        {
            ResyncTimeout = TimeSpan.FromSeconds(7),
            Resync = (_, stop) =>
            {
                given = stop;
                return new TaskCompletionSource().Task;
            },
        });
        rig.Script.Serve();
        _ = rig.Connect();
        rig.Advance(6.999);
        Assert.Equal(QmpConnectionPhase.Resyncing, rig.State.Phase);
        Assert.False(given.IsCancellationRequested);
        rig.Advance(0.001);
        Assert.IsType<TimeoutException>(Assert.IsType<QmpResyncException>(rig.State.Cause).InnerException);
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public void A_loss_meanwhile_is_what_counts()
    {
        using var rig = new ReconnectRig(options => options with
        {
            Resync = async (client, stop) => await client.ExecuteAsync(QueryStatus, stop),
        });
        rig.Script.Serve(server => server.On("query-status", QmpAnswer.Never));
        _ = rig.Connect();
        rig.Script.Server.HangUp();
        Assert.Equal(QmpConnectionPhase.Lost, rig.State.Phase);
        Assert.IsType<QmpDisconnectedException>(rig.State.Cause);
    }

    [Fact]
    public async Task It_may_end_everything()
    {
        QmpClient? all = null;
        using var rig = new ReconnectRig(options => options with { Resync = async (_, _) => await all!.DisposeAsync() });
        all = rig.Client;
        rig.Script.Serve();
        await Assert.ThrowsAsync<QmpDisconnectedException>(rig.Connect);
        Assert.Equal(QmpConnectionPhase.Closed, rig.State.Phase);
        Assert.Null(rig.State.Cause);
    }
}
