namespace Rx.Qmp.Tests;

/// <summary>Losses and what follows them, in virtual time.</summary>
public sealed class ReconnectTests
{
    private static readonly QmpReconnectPolicy Growing = new()
    {
        BackOff = new QmpBackOff(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(4)), StableAfter = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task Off_by_default_the_first_loss_is_the_end()
    {
        using var rig = ReconnectRig.Connected(options => options with { Policy = new QmpReconnectOptions { Client = options.Client }.Policy });
        rig.Advance(100);
        rig.Script.Server.HangUp();
        Assert.Equal("Connecting 0, Resyncing 1, Ready 1, Lost 1, Ended 1", rig.Story);
        Assert.Null(rig.States[^2].RetryAfter);
        Assert.IsType<QmpDisconnectedException>(rig.State.Cause);
        Assert.True(rig.StatesCompleted && rig.EventsCompleted);
        rig.Advance(1000);
        Assert.Single(rig.Script.Attempts);
        Assert.Same(rig.State.Cause, (await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("query-a"))).InnerException);
    }

    [Fact]
    public async Task Trap27_a_command_under_way_at_the_loss_fails_and_is_not_sent_again()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("device_add", QmpAnswer.Never));
        var cut = rig.Execute("device_add");
        rig.Script.Server.Reset();
        var fault = await Assert.ThrowsAsync<QmpDisconnectedException>(() => cut);
        Assert.Equal("device_add", fault.Command);
        rig.Advance(1);
        Assert.Equal("Connecting 0, Resyncing 1, Ready 1, Lost 1, Connecting 1, Resyncing 2, Ready 2", rig.Story);
        Assert.Equal(["qmp_capabilities"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact]
    public void Trap27_the_gap_shows_with_its_cause_and_how_long_it_will_last()
    {
        using var rig = ReconnectRig.Connected();
        Assert.Equal((QmpReconnectPhase.Ready, "fake"), (rig.State.Phase, rig.State.Greeting!.Package));
        rig.Script.Server.HangUp();
        Assert.Equal(QmpReconnectPhase.Lost, rig.State.Phase);
        Assert.IsType<QmpDisconnectedException>(rig.State.Cause);
        Assert.Equal(TimeSpan.FromSeconds(1), rig.State.RetryAfter);
        Assert.Null(rig.Client.Current);
        rig.Advance(0.999);
        Assert.Equal(QmpReconnectPhase.Lost, rig.State.Phase);
        rig.Advance(0.001);
        Assert.Equal((QmpReconnectPhase.Ready, 2), (rig.State.Phase, rig.State.Connection));
        Assert.NotNull(rig.Client.Current);
    }

    [Fact]
    public void Events_of_all_connections_are_one_stream()
    {
        using var rig = ReconnectRig.Connected();
        rig.Script.Server.SendEvent("A");
        rig.Script.Server.HangUp();
        rig.Advance(1);
        rig.Script.Server.SendEvent("B");
        Assert.Equal(["A", "B"], rig.EventNames);
        Assert.False(rig.EventsCompleted);
    }

    [Fact]
    public async Task A_command_given_in_the_gap_waits_unsent_and_runs_on_the_next_connection()
    {
        using var rig = ReconnectRig.Connected();
        rig.Script.Server.HangUp();
        var waiting = rig.Execute("query-a");
        Assert.False(waiting.IsCompleted);
        rig.Advance(1);
        await waiting;
        Assert.Equal(["qmp_capabilities", "query-a"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact]
    public async Task A_command_given_in_the_gap_that_gets_no_connection_in_time_was_not_sent()
    {
        using var rig = new ReconnectRig();
        rig.Script.Serve().Fail(QmpConnectFailure.Refused);
        _ = rig.Connect();
        rig.Script.Server.HangUp();
        var command = QmpCommand.Create("query-a").WithTimeout(TimeSpan.FromSeconds(3));
        var waiting = rig.Client.ExecuteAsync(command, TestContext.Current.CancellationToken).AsTask();
        rig.Advance(2.999);
        Assert.False(waiting.IsCompleted);
        rig.Advance(0.001);
        var fault = await Assert.ThrowsAsync<QmpNotSentException>(() => waiting);
        Assert.Equal(("query-a", TimeSpan.FromSeconds(3)), (fault.Command, fault.Waited));
        Assert.Equal(QmpConnectFailure.Refused, Assert.IsType<QmpConnectException>(fault.InnerException).Failure);
    }

    [Fact]
    public async Task The_time_a_command_waited_for_a_connection_counts()
    {
        using var rig = ReconnectRig.Connected();
        rig.Script.Server.HangUp();
        rig.Script.Serve(server => server.On("query-a", QmpAnswer.Never));
        rig.Script.Script.Dequeue();
        var command = QmpCommand.Create("query-a").WithTimeout(TimeSpan.FromSeconds(3));
        var waiting = rig.Client.ExecuteAsync(command, TestContext.Current.CancellationToken).AsTask();
        rig.Advance(2.999);
        Assert.Equal("query-a", rig.Script.Server.Received[^1].Name);
        Assert.False(waiting.IsCompleted);
        rig.Advance(0.001);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => waiting);
    }

    [Fact]
    public async Task Waiting_commands_are_limited_and_can_be_given_up()
    {
        using var rig = ReconnectRig.Connected(
            options => options with { Client = options.Client with { MaxWaitingCommands = 1 } });
        rig.Script.Server.HangUp();
        using var stop = new CancellationTokenSource();
        var first = rig.Client.ExecuteAsync(QmpCommand.Create("query-a"), stop.Token).AsTask();
        await Assert.ThrowsAsync<QmpQueueFullException>(() => rig.Execute("query-b"));
        await stop.CancelAsync();
        Assert.True(first.IsCanceled);
        var second = rig.Execute("query-b");
        rig.Advance(1);
        Assert.True(second.IsCompletedSuccessfully);
        Assert.DoesNotContain(rig.Script.Server.Received, command => command.Name == "query-a");
    }

    [Fact]
    public void Pauses_grow_while_it_fails_and_begin_anew_after_a_stable_connection()
    {
        using var rig = new ReconnectRig(options => options with { Policy = Growing });
        rig.Script.Serve().Fail(QmpConnectFailure.Refused, times: 4).Serve();
        _ = rig.Connect();
        rig.Advance(5);
        rig.Script.Server.HangUp();
        rig.Advance(20);
        Assert.Equal([0, 6, 8, 12, 16, 20], rig.Script.Attempts.Select(at => at / 1000));
        Assert.Equal((QmpReconnectPhase.Ready, 2, 5), (rig.State.Phase, rig.State.Connection, rig.State.Retry));
        rig.Script.Server.HangUp();
        Assert.Equal(TimeSpan.FromSeconds(1), rig.State.RetryAfter);
    }

    [Fact]
    public void A_server_that_drops_every_connection_is_not_dialled_ever_more_often()
    {
        using var rig = new ReconnectRig(options => options with { Policy = Growing });
        rig.Script.Serve(server => server.On("qmp_capabilities", QmpAnswer.Value().ThenHangUp()));
        _ = rig.Connect();
        rig.Advance(16);
        Assert.Equal([0, 1, 3, 7, 11, 15], rig.Script.Attempts.Select(at => at / 1000));
    }

    [Fact]
    public async Task It_gives_up_after_as_many_retries_as_told()
    {
        using var rig = new ReconnectRig(options => options with { Policy = options.Policy with { MaxRetries = 2 } });
        rig.Script.Fail(QmpConnectFailure.Missing);
        var connecting = rig.Connect();
        rig.Advance(1.999);
        Assert.False(connecting.IsCompleted);
        rig.Advance(0.001);
        Assert.Equal(QmpConnectFailure.Missing, (await Assert.ThrowsAsync<QmpConnectException>(() => connecting)).Failure);
        rig.Advance(100);
        Assert.Equal([0, 1000, 2000], rig.Script.Attempts);
        Assert.Equal((QmpReconnectPhase.Ended, 2), (rig.State.Phase, rig.State.Retry));
    }

    [Theory]
    [InlineData(QmpConnectFailure.PathTooLong)]
    [InlineData(QmpConnectFailure.Unsupported)]
    public async Task What_no_time_can_heal_is_not_tried_again(QmpConnectFailure failure)
    {
        using var rig = new ReconnectRig();
        rig.Script.Fail(failure);
        Assert.Equal(failure, (await Assert.ThrowsAsync<QmpConnectException>(rig.Connect)).Failure);
        Assert.True(rig.StatesCompleted);
    }

    [Fact]
    public async Task Quitting_ends_it_and_no_connection_follows()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("quit", QmpAnswer.Value().ThenHangUp()));
        await rig.Client.QuitAsync(TestContext.Current.CancellationToken);
        AssertEndedOnRequest(rig);
    }

    [Fact]
    public void Quit_as_a_plain_command_ends_it_too()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("quit", QmpAnswer.HangUp));
        _ = rig.Execute("quit");
        AssertEndedOnRequest(rig);
    }

    [Fact]
    public async Task A_quit_that_was_refused_ends_nothing()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("quit", QmpAnswer.Error("GenericError", "no")));
        await Assert.ThrowsAsync<QmpCommandException>(() => rig.Execute("quit"));
        await Assert.ThrowsAsync<QmpCommandException>(() => rig.Client.QuitAsync(TestContext.Current.CancellationToken));
        rig.Script.Server.HangUp();
        rig.Advance(1);
        Assert.Equal((QmpReconnectPhase.Ready, 2), (rig.State.Phase, rig.State.Connection));
    }

    [Fact]
    public async Task Disposing_ends_it_whether_ready_waiting_or_connecting()
    {
        using var ready = ReconnectRig.Connected();
        await ready.Client.DisposeAsync();
        await ready.Client.DisposeAsync();
        AssertEndedOnRequest(ready);
        Assert.True(ready.Script.Server.ClientIsGone);

        using var between = ReconnectRig.Connected();
        between.Script.Server.HangUp();
        var waiting = between.Execute("query-a");
        await between.Client.DisposeAsync();
        AssertEndedOnRequest(between);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting);

        using var connecting = new ReconnectRig();
        connecting.Script.Hang();
        var first = connecting.Connect();
        await connecting.Client.DisposeAsync();
        AssertEndedOnRequest(connecting);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => first);

        using var unborn = new ReconnectRig();
        await unborn.Client.DisposeAsync();
        AssertEndedOnRequest(unborn, attempts: 0);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => unborn.Execute("query-a"));
    }

    [Fact]
    public async Task An_observer_of_the_states_may_end_it()
    {
        using var rig = ReconnectRig.Connected();
        using var watch = rig.Client.States.Subscribe(state =>
        {
            if (state.Phase == QmpReconnectPhase.Lost)
            {
                _ = rig.Client.DisposeAsync().AsTask();
            }
        });
        rig.Script.Server.HangUp();
        AssertEndedOnRequest(rig);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("query-a"));
    }

    [Fact]
    public async Task Giving_up_the_first_connection_ends_it()
    {
        using var rig = new ReconnectRig();
        rig.Script.Fail(QmpConnectFailure.Missing);
        using var stop = new CancellationTokenSource();
        var connecting = rig.Client.ConnectAsync(stop.Token);
        rig.Advance(5);
        await stop.CancelAsync();
        Assert.True(connecting.IsCanceled);
        AssertEndedOnRequest(rig, attempts: 6);
    }

    [Fact]
    public async Task It_connects_once_and_executes_nothing_before()
    {
        using var rig = new ReconnectRig();
        rig.Script.Serve();
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Execute("query-a"));
        await rig.Connect();
        await Assert.ThrowsAsync<InvalidOperationException>(rig.Connect);
    }

    private static void AssertEndedOnRequest(ReconnectRig rig, int attempts = 1)
    {
        Assert.Equal(QmpReconnectPhase.Ended, rig.State.Phase);
        Assert.Null(rig.State.Cause);
        Assert.True(rig.StatesCompleted && rig.EventsCompleted);
        rig.Advance(1000);
        Assert.Equal(attempts, rig.Script.Attempts.Count);
    }
}
