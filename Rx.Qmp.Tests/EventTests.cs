using Microsoft.Reactive.Testing;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

public class EventTests
{
    /// <summary>Observers run on the virtual clock, which stands still until it is advanced: a subscriber that is stuck.</summary>
    private static QmpClientOptions Stuck(QmpClientOptions options) => options with { InlineContinuations = false };

    [Fact]
    public async Task Trap04_a_stuck_subscriber_blocks_neither_commands_nor_cancellation_nor_disposal()
    {
        var rig = new QmpRig(Stuck);
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        await connecting;
        rig.Server.Answer = command => command.Name == "silent" ? null : command.Return();
        var flood = string.Concat(Enumerable.Repeat(Events.Named("FLOOD"), 500));
        for (var round = 0; round < 100; round++)
        {
            rig.Server.Send(flood);
            await rig.Execute("query-status");
        }

        using var stop = new CancellationTokenSource();
        var silent = rig.ExecuteUntil("silent", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silent);
        await rig.Client.DisposeAsync();
        Assert.Empty(rig.Events);
        Assert.Equal(50_000, rig.Client.Statistics.Events);
        Assert.Equal(50_000 - rig.Client.Options.EventBuffer.Capacity, rig.Client.Statistics.DroppedEvents);
    }

    [Theory]
    [InlineData(QmpEventOverflow.DropOldest, 99_900, 99_999)]
    [InlineData(QmpEventOverflow.DropNewest, 0, 99)]
    public async Task Trap05_a_slow_subscriber_keeps_what_its_policy_says_and_no_more(QmpEventOverflow overflow, int first, int last)
    {
        const int total = 100_000;
        const int capacity = 100;
        var rig = new QmpRig(options => Stuck(options) with { EventBuffer = new QmpEventBuffer(total, QmpEventOverflow.Fail) });
        List<int> kept = [];
        var completed = false;
        rig.Client.ObserveEvents(new QmpEventBuffer(capacity, overflow)).Subscribe(item => kept.Add(Number(item)), () => completed = true);
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        await connecting;
        Flood(rig, total);
        rig.Server.HangUp();
        Assert.Equal(total - capacity, rig.Client.Statistics.DroppedEvents);
        rig.Advance(1);
        Assert.Equal(Enumerable.Range(first, last - first + 1), kept);
        Assert.True(completed);
        Assert.Equal(total, rig.Events.Count);
    }

    [Fact]
    public async Task Trap05_a_subscriber_that_must_not_lose_events_fails_visibly_and_alone()
    {
        var rig = new QmpRig(Stuck);
        Exception? failure = null;
        List<int> kept = [];
        var strict = rig.Client.ObserveEvents(new QmpEventBuffer(10, QmpEventOverflow.Fail));
        strict.Subscribe(item => kept.Add(Number(item)), error => failure = error);
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        await connecting;
        Flood(rig, 11);
        rig.Advance(1);
        Assert.Equal(10, Assert.IsType<QmpEventOverflowException>(failure).Capacity);
        Assert.Empty(kept);
        Assert.Equal(11, rig.Events.Count);
        Assert.Equal(0, rig.Client.Statistics.DroppedEvents);
    }

    [Fact]
    public void Trap10_an_unknown_event_reaches_raw_subscribers_and_leaves_typed_ones_alive()
    {
        using var rig = QmpRig.Connected();
        List<ShutdownEvent> typed = [];
        rig.Client.EventsOf<ShutdownEvent>().Subscribe(typed.Add);
        rig.Server.Send(Events.Named("FROM_THE_FUTURE", """{"what": [1, {"now": null}]}"""));
        rig.Server.Send(Events.Named("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}"""));
        Assert.Equal(["FROM_THE_FUTURE", "SHUTDOWN"], rig.EventNames);
        Assert.Equal("""{"what": [1, {"now": null}]}""", System.Text.Encoding.UTF8.GetString(rig.Events[0].Data.Span));
        Assert.Equal((true, "guest-shutdown"), (typed[0].Guest, typed[0].Reason.Text));
    }

    [Theory]
    [InlineData("1700000000", "0", "2023-11-14T22:13:20.0000000Z")]
    [InlineData("1700000000", "999999", "2023-11-14T22:13:20.9999990Z")]
    [InlineData("0", "1", "1970-01-01T00:00:00.0000010Z")]
    [InlineData("253402300799", "999999", "9999-12-31T23:59:59.9999990Z")]
    [InlineData("-1", "-1", null)]
    [InlineData("18446744073709551615", "18446744073709551615", null)]
    [InlineData("1", "1000000", null)]
    [InlineData("253402300800", "0", null)]
    [InlineData("1.5", "0", null)]
    [InlineData("\"1\"", "0", null)]
    public void Trap11_timestamps_are_exact_to_the_microsecond_or_unknown(string seconds, string microseconds, string? expected)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send(Events.At(seconds, microseconds));
        Assert.Equal(expected, rig.Events[0].Timestamp?.UtcDateTime.ToString("o"));
    }

    [Fact]
    public void Trap11_an_event_without_timestamp_has_none()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send("""{"event": "BARE"}""");
        Assert.Null(rig.Events[0].Timestamp);
        Assert.True(rig.Events[0].Data.IsEmpty);
        Assert.Equal("{}", rig.Events[0].GetDataElement().GetRawText());
    }

    [Theory]
    [InlineData("""{"reason": "from-the-future", "guest": false, "extra": {"a": []}}""", false, "from-the-future")]
    [InlineData("""{"guest": true, "reason": "\ud800"}""", true, "\\ud800")]
    [InlineData("""{"guest": true}""", true, "")]
    [InlineData("""{"reason": "host-signal", "guest": null}""", null, "host-signal")]
    [InlineData("{}", null, "")]
    public void Trap13_a_known_event_with_words_and_members_of_the_future_or_without_some_is_still_read(string data, bool? guest, string reason)
    {
        using var rig = QmpRig.Connected();
        List<ShutdownEvent> typed = [];
        rig.Client.EventsOf<ShutdownEvent>().Subscribe(typed.Add);
        rig.Server.Send(Events.Named("SHUTDOWN", data));
        Assert.Equal((guest, reason), (typed.Single().Guest, typed[0].Reason.Text));
    }

    [Theory]
    [InlineData("""{"guest": "yes", "reason": 7}""")]
    [InlineData("""[1]""")]
    public void Trap13_a_known_event_that_makes_no_sense_is_seen_by_name_only(string data)
    {
        using var rig = QmpRig.Connected();
        List<ShutdownEvent> typed = [];
        rig.Client.EventsOf<ShutdownEvent>().Subscribe(typed.Add);
        rig.Server.Send(Events.Named("SHUTDOWN", data));
        Assert.Empty(typed);
        Assert.Equal(["SHUTDOWN"], rig.EventNames);
    }

    [Fact]
    public async Task Trap13_a_reply_with_an_unknown_enum_value_missing_and_extra_members_is_still_read()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Return("""{"running": true, "status": "hibernating", "new": [1]}""");
        var status = await Query(rig);
        Assert.Equal(new StatusInfo { Running = true, Status = new("hibernating") }, status);
        rig.Server.Answer = command => command.Return("{}");
        Assert.Equal(new StatusInfo(), await Query(rig));
        foreach (var (reply, why) in ((string, string)[])
        [
            ("""{"running": 3, "status": "running"}""", "running: wanted true or false, found a number."),
            ("""{"running": true, "status": ["running"]}""", "status: wanted text, found a list."),
            ("[]", "wanted an object, found a list."),
        ])
        {
            rig.Server.Answer = command => command.Return(reply);
            var error = await Assert.ThrowsAsync<QmpProtocolException>(() => Query(rig));
            Assert.Equal(QmpProtocolFault.UnexpectedShape, error.Fault);
            Assert.Equal("The reply to query-status does not fit StatusInfo: " + why, error.Message);
        }

        static Task<StatusInfo> Query(QmpRig rig) =>
            rig.Client.ExecuteAsync(new QueryStatus(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Every_typed_event_reads_what_qemu_sends()
    {
        using var rig = QmpRig.Connected();
        List<object> typed = [];
        var client = rig.Client;
        client.EventsOf<StopEvent>().Subscribe(typed.Add);
        client.EventsOf<ResumeEvent>().Subscribe(typed.Add);
        client.EventsOf<ResetEvent>().Subscribe(typed.Add);
        client.EventsOf<PowerdownEvent>().Subscribe(typed.Add);
        client.EventsOf<DeviceDeletedEvent>().Subscribe(typed.Add);
        client.EventsOf<DeviceUnplugGuestErrorEvent>().Subscribe(typed.Add);
        client.EventsOf<GuestPanickedEvent>().Subscribe(typed.Add);
        rig.Server.Send(Events.Named("STOP") + Events.Named("RESUME") + Events.Named("POWERDOWN"));
        rig.Server.Send(Events.Named("RESET", """{"guest": true, "reason": "guest-reset"}"""));
        rig.Server.Send(Events.DeviceDeleted("d0") + Events.Named("DEVICE_DELETED", """{"path": "/p"}""") + Events.Named("DEVICE_DELETED"));
        rig.Server.Send(Events.Named("DEVICE_UNPLUG_GUEST_ERROR", """{"device": "d1", "path": "/machine/peripheral/d1"}"""));
        rig.Server.Send(Events.Named("GUEST_PANICKED", """{"action": "pause"}"""));
        var at = rig.Events[0].Timestamp;
        Assert.Equal(
            [
                new StopEvent { Timestamp = at }, new ResumeEvent { Timestamp = at }, new PowerdownEvent { Timestamp = at },
                new ResetEvent { Guest = true, Reason = ShutdownCause.GuestReset, Timestamp = at },
                new DeviceDeletedEvent { Device = "d0", Path = "/machine/peripheral/d0", Timestamp = at },
                new DeviceDeletedEvent { Path = "/p", Timestamp = at },
                new DeviceDeletedEvent { Timestamp = at },
                new DeviceUnplugGuestErrorEvent { Device = "d1", Path = "/machine/peripheral/d1", Timestamp = at },
                new GuestPanickedEvent { Action = GuestPanicAction.Pause, Timestamp = at },
            ],
            typed);
    }

    [Fact]
    public void Trap31_a_handler_may_execute_and_its_command_is_answered_within_the_same_delivery()
    {
        using var rig = QmpRig.Connected();
        List<string> order = [];
        rig.Client.Events.Subscribe(item =>
        {
            order.Add(item.Name);
            if (item.Name == "STOP")
            {
                rig.Execute("query-status").ContinueWith(
                    _ => order.Add("reply"), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                order.Add("executed");
            }
        });
        rig.Server.Send(Events.Stop + Events.Named("AFTER"));
        Assert.Equal(["STOP", "executed", "AFTER", "reply"], order);
    }

    [Fact]
    public async Task Trap31_a_continuation_may_execute_again_and_again()
    {
        using var rig = QmpRig.Connected();
        var done = 0;
        async Task Chain()
        {
            for (; done < 5_000; done++)
            {
                await rig.Execute("query-status").ConfigureAwait(false);
            }
        }

        await Chain();
        Assert.Equal(5_000, done);
    }

    [Fact]
    public void Trap31_a_handler_may_dispose_the_client()
    {
        using var rig = QmpRig.Connected();
        rig.Client.Events.Subscribe(_ => Assert.True(rig.Client.DisposeAsync().IsCompletedSuccessfully));
        rig.Server.Send(Events.Stop + Events.Named("AFTER"));
        Assert.Equal(QmpConnectionPhase.Closed, rig.Phase);
        Assert.Equal(["STOP"], rig.EventNames);
        Assert.True(rig.EventsCompleted);
    }

    [Fact]
    public void Trap32_a_throwing_observer_is_dropped_and_reported_and_the_others_are_served()
    {
        using var rig = QmpRig.Connected();
        var calls = 0;
        List<string> later = [];
        rig.Client.Events.Subscribe(_ =>
        {
            calls++;
            throw new FormatException("mine");
        });
        rig.Client.Events.Subscribe(item => later.Add(item.Name), () => throw new FormatException("at the end"));
        rig.Server.Send(Events.Stop + Events.Named("A"));
        Assert.Equal(1, calls);
        Assert.Equal(["STOP", "A"], later);
        Assert.Equal(["STOP", "A"], rig.EventNames);
        Assert.True(rig.Execute("query-status").IsCompletedSuccessfully);
        rig.Server.HangUp();
        Assert.True(rig.EventsCompleted);
        Assert.Equal(2, rig.Client.Statistics.FailedObservers);
        Assert.Equal(2, rig.Log.Lines.Count(line => line.StartsWith("Error: A QMP observer threw", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_observer_that_left_gets_nothing_more_and_one_that_came_late_gets_only_what_follows()
    {
        using var rig = QmpRig.Connected();
        List<string> left = [];
        List<string> late = [];
        var subscription = rig.Client.Events.Subscribe(item => left.Add(item.Name));
        rig.Server.Send(Events.Named("A"));
        subscription.Dispose();
        subscription.Dispose();
        rig.Client.Events.Subscribe(item => late.Add(item.Name));
        rig.Server.Send(Events.Named("B"));
        Assert.Equal(["A"], left);
        Assert.Equal(["B"], late);
    }

    [Fact]
    public void Observers_on_a_scheduler_get_events_when_it_runs_in_order()
    {
        var scheduler = new TestScheduler();
        using var rig = new QmpRig(options => options with { InlineContinuations = false, ObserverScheduler = scheduler });
        _ = rig.Connect();
        rig.Server.Send(QmpRig.Greeting + Events.Named("A") + Events.Named("B"));
        Assert.Empty(rig.Events);
        scheduler.AdvanceBy(1);
        Assert.Equal(["A", "B"], rig.EventNames);
    }

    [Fact]
    public void Names_in_a_flood_share_one_string()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send(Events.Named("JOB_STATUS_CHANGE") + Events.Named("JOB_STATUS_CHANGE") + Events.Named("JOB_STATUS_CHANGF"));
        Assert.Same(rig.Events[0].Name, rig.Events[1].Name);
        Assert.Equal("JOB_STATUS_CHANGF", rig.Events[2].Name);
    }

    private static void Flood(QmpRig rig, int total)
    {
        var batch = new System.Text.StringBuilder();
        for (var i = 0; i < total; i++)
        {
            batch.Append(Events.Named("FLOOD", $$"""{"n": {{i}}}"""));
            if (batch.Length > 30_000 || i == total - 1)
            {
                rig.Server.Send(batch.ToString());
                batch.Clear();
            }
        }
    }

    private static int Number(QmpEvent item) => item.GetDataElement().GetProperty("n").GetInt32();
}
