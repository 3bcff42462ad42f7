using System.Reactive.Linq;
using Rx.Qmp.Protocol;

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
        using var rig = ReconnectRig.Connected(options => options with { Reconnect = new QmpClientOptions().Reconnect });
        rig.Advance(100);
        rig.Script.Server.HangUp();
        Assert.Equal("Connecting 0, Ready 1, Lost 1", rig.Story);
        Assert.True(rig.State.IsFinal);
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
        Assert.Equal("Connecting 0, Ready 1, Lost 1, Connecting 1, Ready 2", rig.Story);
        Assert.Equal(["qmp_capabilities"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact]
    public void Trap27_the_gap_shows_with_its_cause_and_how_long_it_will_last()
    {
        using var rig = ReconnectRig.Connected();
        Assert.Equal((QmpConnectionPhase.Ready, "fake"), (rig.State.Phase, rig.State.Greeting!.Package));
        rig.Script.Server.HangUp();
        Assert.Equal(QmpConnectionPhase.Lost, rig.State.Phase);
        Assert.IsType<QmpDisconnectedException>(rig.State.Cause);
        Assert.Equal(TimeSpan.FromSeconds(1), rig.State.RetryAfter);
        rig.Advance(0.999);
        Assert.Equal(QmpConnectionPhase.Lost, rig.State.Phase);
        rig.Advance(0.001);
        Assert.Equal((QmpConnectionPhase.Ready, 2), (rig.State.Phase, rig.State.Connection));
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
        var waiting = rig.Client.ExecuteAsync(command, TestContext.Current.CancellationToken);
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
        var waiting = rig.Client.ExecuteAsync(command, TestContext.Current.CancellationToken);
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
            options => options with { MaxWaitingCommands = 1 });
        rig.Script.Server.HangUp();
        using var stop = new CancellationTokenSource();
        var first = rig.Client.ExecuteAsync(QmpCommand.Create("query-a"), stop.Token);
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
        using var rig = new ReconnectRig(options => options with { Reconnect = Growing });
        rig.Script.Serve().Fail(QmpConnectFailure.Refused, times: 4).Serve();
        _ = rig.Connect();
        rig.Advance(5);
        rig.Script.Server.HangUp();
        rig.Advance(20);
        Assert.Equal([0, 6, 8, 12, 16, 20], rig.Script.Attempts.Select(at => at / 1000));
        Assert.Equal((QmpConnectionPhase.Ready, 2, 5), (rig.State.Phase, rig.State.Connection, rig.State.Retry));
        rig.Script.Server.HangUp();
        Assert.Equal(TimeSpan.FromSeconds(1), rig.State.RetryAfter);
    }

    [Fact]
    public void A_server_that_drops_every_connection_is_not_dialled_ever_more_often()
    {
        using var rig = new ReconnectRig(options => options with { Reconnect = Growing });
        rig.Script.Serve(server => server.On("qmp_capabilities", QmpAnswer.Value().ThenHangUp()));
        _ = rig.Connect();
        rig.Advance(16);
        Assert.Equal([0, 1, 3, 7, 11, 15], rig.Script.Attempts.Select(at => at / 1000));
    }

    [Fact]
    public async Task It_gives_up_after_as_many_retries_as_told()
    {
        using var rig = new ReconnectRig(options => options with { Reconnect = options.Reconnect with { MaxRetries = 2 } });
        rig.Script.Fail(QmpConnectFailure.Missing);
        var connecting = rig.Connect();
        rig.Advance(1.999);
        Assert.False(connecting.IsCompleted);
        rig.Advance(0.001);
        Assert.Equal(QmpConnectFailure.Missing, (await Assert.ThrowsAsync<QmpConnectException>(() => connecting)).Failure);
        rig.Advance(100);
        Assert.Equal([0, 1000, 2000], rig.Script.Attempts);
        Assert.Equal((QmpConnectionPhase.Lost, 2, true), (rig.State.Phase, rig.State.Retry, rig.State.IsFinal));
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

    public static TheoryData<Exception> WrongCode =>
    [
        new NullReferenceException("forgotten"), new ArgumentException("wrong"), new ObjectDisposedException("tunnel"),
        new NotImplementedException("later"), new InvalidCastException("other"),
    ];

    public static TheoryData<Exception> BadLuck =>
    [
        new IOException("reset"), new TimeoutException("slow"), new System.Net.Sockets.SocketException(111),
        new OperationCanceledException("its own limit"), new UnauthorizedAccessException("not yet"),
    ];

    [Theory]
    [MemberData(nameof(WrongCode), DisableDiscoveryEnumeration = true)]
    public async Task What_only_wrong_code_of_an_endpoint_throws_is_told_and_not_tried_again(Exception thrown)
    {
        using var rig = new ReconnectRig();
        rig.Script.Script.Enqueue(_ => throw thrown);
        var fault = await Assert.ThrowsAsync<QmpConnectException>(rig.Connect);
        Assert.Same(thrown, fault.InnerException);
        Assert.Contains($"{thrown.GetType().Name}: {thrown.Message.TrimEnd('.')}", fault.Message, StringComparison.Ordinal);
        rig.Advance(1000);
        Assert.Single(rig.Script.Attempts);
    }

    [Theory]
    [MemberData(nameof(BadLuck), DisableDiscoveryEnumeration = true)]
    public async Task What_an_endpoint_throws_that_may_pass_is_tried_again(Exception thrown)
    {
        using var rig = new ReconnectRig();
        rig.Script.Script.Enqueue(_ => throw thrown);
        rig.Script.Serve();
        var connecting = rig.Connect();
        Assert.Same(thrown, rig.State.Cause!.InnerException);
        rig.Advance(1);
        await connecting;
    }

    [Fact]
    public async Task Limits_by_name_hold_in_a_gap_and_after_it()
    {
        var limits = new Dictionary<string, TimeSpan> { ["query-slow"] = TimeSpan.FromSeconds(60) };
        using var rig = ReconnectRig.Connected(options => options with
        {
            CommandTimeout = TimeSpan.FromSeconds(2),
            CommandTimeouts = limits,
            Reconnect = new() { BackOff = new(TimeSpan.FromSeconds(10)) },
        });
        rig.Script.Script.Clear();
        rig.Script.Serve(server => server.On("query-slow", QmpAnswer.Never));
        rig.Script.Server.HangUp();
        var slow = rig.Execute("query-slow");
        var other = rig.Execute("query-other");
        rig.Advance(9.999);
        Assert.Equal(TimeSpan.FromSeconds(2), (await Assert.ThrowsAsync<QmpNotSentException>(() => other)).Waited);
        Assert.False(slow.IsCompleted);
        rig.Advance(50);
        Assert.False(slow.IsCompleted);
        Assert.Equal("query-slow", rig.Script.Server.Received[^1].Name);
        rig.Advance(0.001);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => slow);
    }

    [Fact]
    public async Task The_state_of_a_loss_is_told_before_commands_fail_and_what_is_given_then_waits()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("query-a", QmpAnswer.Never));
        var cut = rig.Execute("query-a");
        (bool Failed, Task? Next) atLoss = default;
        using var watch = rig.Client.ConnectionStates.Where(state => state.Phase == QmpConnectionPhase.Lost).Subscribe(
            _ => atLoss = (cut.IsCompleted, rig.Execute("query-b")));
        rig.Script.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => cut);
        Assert.False(atLoss.Failed || atLoss.Next!.IsCompleted);
        rig.Advance(1);
        await atLoss.Next!;
    }

    [Fact]
    public async Task Whatever_takes_a_client_works_over_several_connections()
    {
        using var rig = ReconnectRig.Connected();
        using var reader = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(10));
        List<StopEvent> stops = [];
        using var typed = rig.Client.EventsOf<StopEvent>().Subscribe(stops.Add);
        rig.Script.Server.HangUp();
        var removing = rig.Client.DeviceRemoveAsync("disk0", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var urgent = rig.Client.ExecuteOobAsync(new QueryYank(), TestContext.Current.CancellationToken);
        List<QmpJobProgress> progress = [];
        using var job = rig.Client.RunJob(QmpCommand.Create("blockdev-create"), "j").Subscribe(progress.Add);
        Assert.False(removing.IsCompleted || urgent.IsCompleted);
        rig.Script.Script.Clear();
        rig.Script.Serve(server => server.On("query-yank", QmpAnswer.Value("[]")).On("device_del", QmpAnswer.Value()));
        rig.Advance(1);
        Assert.Contains(rig.Script.Server.Received, command => command.IsOutOfBand && command.Name == "query-yank");
        await urgent;
        rig.Script.Server.Send(Events.Stop + Events.DeviceDeleted("disk0") + Events.Job("j", "running"));
        await removing;
        Assert.Single(stops);
        Assert.Equal("running", Assert.Single(progress).Status);
        Assert.Equal(3, reader.Count);
        rig.Script.Server.HangUp();
        rig.Advance(1);
        rig.Script.Server.Send(Events.Stop);
        Assert.Equal((4, 2), (reader.Count, stops.Count));
    }

    [Fact]
    public async Task Trap27_a_workflow_under_way_at_the_loss_fails_and_asks_nothing_of_the_next_connection()
    {
        using var rig = ReconnectRig.Connected(prepare: server => server.On("device_del", QmpAnswer.Value()));
        var removing = rig.Client.DeviceRemoveAsync("disk0", TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Exception? failure = null;
        using var job = rig.Client.RunJob(QmpCommand.Create("blockdev-create"), "j").Subscribe(_ => { }, fault => failure = fault);
        rig.Script.Server.Reset();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => removing);
        Assert.IsType<QmpDisconnectedException>(failure);
        rig.Advance(1);
        rig.Script.Server.Send(Events.DeviceDeleted("disk0"));
        rig.Advance(100);
        Assert.Equal(["qmp_capabilities"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact]
    public async Task A_job_given_up_in_the_gap_is_never_started()
    {
        using var rig = ReconnectRig.Connected();
        rig.Script.Server.HangUp();
        rig.Client.RunJob(QmpCommand.Create("blockdev-create"), "j").Subscribe().Dispose();
        rig.Advance(1);
        await rig.Execute("query-a");
        Assert.Equal(["qmp_capabilities", "query-a"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact]
    public void Counts_are_of_all_connections()
    {
        using var rig = ReconnectRig.Connected();
        rig.Script.Server.HangUp();
        rig.Advance(1);
        Assert.Equal((2, 2), (rig.Client.Statistics.CommandsSent, rig.Client.Statistics.Replies));
    }

    [Fact]
    public async Task Over_a_stream_there_is_one_connection_whatever_the_policy()
    {
        using var rig = new ReconnectRig();
        using var server = new FakeQmpServer();
        await rig.Client.ConnectAsync(server.ClientEnd, TestContext.Current.CancellationToken);
        server.HangUp();
        Assert.True(rig.State is { Phase: QmpConnectionPhase.Lost, IsFinal: true });
        Assert.True(rig.StatesCompleted && rig.EventsCompleted);
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
        Assert.Equal((QmpConnectionPhase.Ready, 2), (rig.State.Phase, rig.State.Connection));
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
        using var watch = rig.Client.ConnectionStates.Subscribe(state =>
        {
            if (state.Phase == QmpConnectionPhase.Lost)
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
        var connecting = rig.Client.ConnectAsync(rig.Script.Endpoint, stop.Token);
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

    [Fact]
    public void What_waits_in_a_gap_is_sent_in_order_before_what_is_begun_once_it_is_over()
    {
        using var rig = new ReconnectRig();
        rig.Script.Fail(QmpConnectFailure.Missing).Serve();
        _ = rig.Connect();
        var first = rig.Execute("query-a");
        _ = rig.Execute("query-b");
        Task? third = null;
        _ = first.ContinueWith(
            _ => third = rig.Execute("query-c"),
            TestContext.Current.CancellationToken,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        rig.Advance(1);
        Assert.True(third!.IsCompletedSuccessfully);
        Assert.Equal(
            ["qmp_capabilities", "query-a", "query-b", "query-c"], rig.Script.Server.Received.Select(command => command.Name));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_in_a_gap_is_sent_in_order_also_on_many_threads()
    {
        const int count = 1000;
        var ct = TestContext.Current.CancellationToken;
        using var server = new FakeQmpServer(new FakeQmpOptions { Inline = false });
        var over = new TaskCompletionSource();
        var endpoint = QmpEndpoint.Create("late", async stop =>
        {
            await over.Task.WaitAsync(stop);
            return server.Connect();
        });
        await using var client = new QmpClient(new() { Reconnect = QmpReconnectPolicy.Always, MaxWaitingCommands = count });
        var connecting = client.ConnectAsync(endpoint, ct);
        string[] names = [.. Enumerable.Range(0, count).Select(number => $"query-{number}")];
        var all = names.Select(name => client.ExecuteAsync(QmpCommand.Create(name), ct)).ToArray();
        over.SetResult();
        await Task.WhenAll(all);
        await connecting;
        Assert.Equal(["qmp_capabilities", .. names], server.Received.Select(command => command.Name));
    }

    private static void AssertEndedOnRequest(ReconnectRig rig, int attempts = 1)
    {
        Assert.Equal(QmpConnectionPhase.Closed, rig.State.Phase);
        Assert.Null(rig.State.Cause);
        Assert.True(rig.StatesCompleted && rig.EventsCompleted);
        rig.Advance(1000);
        Assert.Equal(attempts, rig.Script.Attempts.Count);
    }
}
