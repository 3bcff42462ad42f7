namespace Rx.Qmp.Tests;

public class DeadlineTests
{
    private static QmpRig Silent()
    {
        var rig = QmpRig.Connected(options => options with
        {
            CommandWarning = TimeSpan.FromSeconds(5),
            CommandTimeout = TimeSpan.FromSeconds(30),
        });
        rig.Server.Answer = _ => null;
        return rig;
    }

    [Fact]
    public async Task A_silent_command_is_reported_then_fails_and_its_late_reply_is_dropped()
    {
        using var rig = Silent();
        var silent = rig.Execute("query-silent");
        rig.Advance(4.999);
        Assert.Equal(0, rig.Client.Statistics.SlowCommands);
        rig.Advance(0.001);
        Assert.Equal(1, rig.Client.Statistics.SlowCommands);
        Assert.Contains(
            rig.Log.Lines, line => line.StartsWith("Warning: QMP command \"query-silent\" not answered", StringComparison.Ordinal));
        rig.Advance(24.999);
        Assert.False(silent.IsCompleted);
        rig.Advance(0.001);
        var error = await Assert.ThrowsAsync<QmpTimeoutException>(() => silent);
        Assert.Equal(("query-silent", TimeSpan.FromSeconds(30)), (error.Command, error.Duration));
        Assert.Null(error.Error);

        rig.Server.Send(rig.Server.Last("query-silent").Return());
        Assert.Equal(1, rig.Client.Statistics.LateReplies);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);
    }

    [Fact]
    public void Each_command_has_its_own_deadline()
    {
        using var rig = Silent();
        var first = rig.Execute("query-1");
        rig.Advance(10);
        var second = rig.Execute("query-2");
        var hasty = rig.Client.ExecuteAsync(
            QmpCommand.Create("query-3").WithTimeout(TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
        rig.Advance(1);
        Assert.True(hasty.IsFaulted);
        Assert.False(first.IsCompleted);
        rig.Advance(19);
        Assert.True(first.IsFaulted);
        Assert.False(second.IsCompleted);
        rig.Advance(10);
        Assert.True(second.IsFaulted);
        Assert.Equal(2, rig.Client.Statistics.SlowCommands);
    }

    [Fact]
    public void A_command_still_waiting_for_its_turn_runs_out_of_time_and_is_never_sent()
    {
        using var rig = Silent();
        var inFlight = Enumerable.Range(0, 8).Select(i => rig.Execute($"query-{i}")).ToArray();
        var waiting = rig.Client.ExecuteAsync(
            QmpCommand.Create("query-waiting").WithTimeout(TimeSpan.FromSeconds(3)), TestContext.Current.CancellationToken);
        rig.Advance(3);
        Assert.IsType<QmpTimeoutException>(waiting.Exception!.InnerException);
        rig.Server.Send(rig.Server.Last("query-0").Return());
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "query-waiting");
        Assert.True(inFlight[0].IsCompletedSuccessfully);
    }

    [Fact]
    public void A_command_answered_in_time_is_not_reported_and_leaves_the_clock_alone()
    {
        using var rig = QmpRig.Connected();
        Assert.True(rig.Execute("query-status").IsCompletedSuccessfully);
        rig.Advance(1000);
        Assert.Equal(0, rig.Client.Statistics.SlowCommands);
    }

    [Fact]
    public async Task After_a_stop_of_this_process_what_arrived_meanwhile_is_read_before_deadlines_are_judged()
    {
        using var rig = Silent();
        var answered = rig.Execute("query-1");
        var silent = rig.Execute("query-2");
        rig.Time.Sleep(TimeSpan.FromSeconds(300).Ticks);
        rig.Advance(0.099);
        Assert.False(answered.IsCompleted);
        rig.Server.Send(rig.Server.Last("query-1").Return("1"));
        Assert.Equal(1, (await answered).GetElement().GetInt32());
        rig.Advance(0.001);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => silent);
    }

    [Fact]
    public void Deadlines_set_in_falling_order_all_come_true()
    {
        using var rig = Silent();
        var commands = Enumerable.Range(1, 8).Reverse().ToDictionary(
            seconds => seconds,
            seconds => rig.Client.ExecuteAsync(
                QmpCommand.Create("query").WithTimeout(TimeSpan.FromSeconds(seconds)), TestContext.Current.CancellationToken));
        for (var second = 1; second <= 8; second++)
        {
            rig.Advance(1);
            Assert.All(commands, pair => Assert.Equal(pair.Key <= second, pair.Value.IsFaulted));
        }
    }

    [Fact]
    public void A_deadline_may_start_the_next_command()
    {
        using var rig = Silent();
        var next = Retry();
        rig.Advance(30);
        Assert.Equal(3, rig.Server.Received.Count);
        rig.Server.Send(rig.Server.Received[^1].Return());
        Assert.True(next.IsCompletedSuccessfully);

        async Task Retry()
        {
            try
            {
                await rig.Execute("query-1").ConfigureAwait(false);
            }
            catch (QmpTimeoutException)
            {
                await rig.Execute("query-2").ConfigureAwait(false);
            }
        }
    }
}
