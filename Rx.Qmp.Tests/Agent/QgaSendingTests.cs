using Microsoft.Reactive.Testing;
using Rx.Qmp.Agent;
using Rx.Qmp.Tests.Isolation;

namespace Rx.Qmp.Tests.Agent;

/// <summary>Whether a command to an agent was sent, also where writing fails, takes long or is given up, and timers at the worst moments.</summary>
public sealed class QgaSendingTests
{
    [Theory]
    [InlineData("guest-shutdown")]
    [InlineData("guest-suspend-ram")]
    [InlineData("guest-ping")]
    public async Task A_command_whose_writing_failed_fails_and_does_not_count_as_sent(string name)
    {
        WriteFails? broken = null;
        using var rig = new QgaRig { Through = connection => broken = new WriteFails(connection) };
        await rig.Connect();
        broken!.Fails = true;
        var fault = await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute(name));
        Assert.Equal((name, 0), (fault.Command, rig.Client.Statistics.CommandsSent));
    }

    [Fact]
    public async Task A_command_of_which_a_part_is_out_when_its_time_is_up_may_still_take_effect()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent(capacity: 100));
        rig.Agent.StopReading();
        var large = QmpCommand.Create("guest-file-write", writer => writer.WriteString("buf-b64", new string('x', 20_000)));
        var cut = rig.Client.ExecuteAsync(large.WithTimeout(TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
        rig.Advance(1);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => cut);
        rig.Agent.ResumeReading();
        Assert.Equal("guest-file-write", rig.Agent.Names[^1]);
    }

    [Fact]
    public async Task A_message_given_up_before_its_first_byte_is_never_written()
    {
        using var agent = new FakeAgent();
        var link = new AgentLink(agent.ClientEnd, new QgaClientOptions { InlineContinuations = true });
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        byte[] message = [.. "{\"execute\":\"guest-ping\"}\n"u8];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => link.AskAsync(message, new AgentWait(true), null, null, stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => link.AskAsync(message, new AgentWait(true), () => false, null, TestContext.Current.CancellationToken));
        Assert.Empty(agent.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_whose_time_is_up_says_whether_it_was_sent_and_is_not_sent_afterwards(bool isSent)
    {
        var time = new TestScheduler();
        var options = new QgaClientOptions { Scheduler = time, InlineContinuations = true };
        using var call = new QgaCall(QmpCommand.Create("guest-ping"), options, TestContext.Current.CancellationToken);
        if (isSent)
        {
            Assert.True(call.TrySend());
        }

        time.AdvanceBy(options.CommandTimeout.Ticks);
        var fault = await Assert.ThrowsAnyAsync<QmpException>(() => call.Task);
        Assert.Equal(isSent ? typeof(QmpTimeoutException) : typeof(QgaUnresponsiveException), fault.GetType());
        Assert.False(call.TrySend());
    }

    [Fact]
    public async Task A_timer_that_elapses_after_it_was_disposed_of_harms_nobody()
    {
        using var agent = new FakeAgent();
        var timers = new TimersKept(new TestScheduler());
        var options = new QgaClientOptions { Scheduler = timers, InlineContinuations = true };
        var link = new AgentLink(agent.ClientEnd, options);
        link.Start();
        await new QgaSynchroniser(link, options).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.NotEmpty(timers.Kept);
        timers.Kept.ForEach(elapse => elapse());
        Assert.True(link.InStep);
    }

    [Fact]
    public async Task A_timer_that_elapses_before_its_scheduler_returns_harms_nobody()
    {
        var options = new QgaClientOptions { Scheduler = new TimersAtOnce(new TestScheduler()), InlineContinuations = true };
        using var call = new QgaCall(QmpCommand.Create("guest-ping"), options, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<QgaUnresponsiveException>(() => call.Task);
    }
}
