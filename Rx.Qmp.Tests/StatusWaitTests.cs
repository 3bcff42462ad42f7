using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

public class StatusWaitTests
{
    private string _status = "prelaunch";

    private Task<StatusInfo> Wait(QmpRig rig) => WaitUntil(rig, TestContext.Current.CancellationToken);

    private Task<StatusInfo> WaitUntil(QmpRig rig, CancellationToken stop)
    {
        rig.Server.Answer = command => command.Return($$"""{"running": false, "status": "{{_status}}"}""");
        return rig.Client.WaitForStatusAsync("paused", TimeSpan.FromSeconds(60), stop);
    }

    private static int Questions(QmpRig rig) => rig.Server.Received.Count(command => command.Name == "query-status");

    [Fact]
    public async Task A_status_that_is_there_is_found_at_once()
    {
        using var rig = QmpRig.Connected();
        _status = "paused";
        var waiting = Wait(rig);
        Assert.True(waiting.IsCompleted);
        Assert.Equal(new StatusInfo { Running = false, Status = RunState.Paused }, await waiting);
    }

    [Theory]
    [InlineData("STOP")]
    [InlineData("RESUME")]
    [InlineData("SHUTDOWN")]
    [InlineData("RESET")]
    [InlineData("SUSPEND")]
    [InlineData("WAKEUP")]
    [InlineData("GUEST_PANICKED")]
    [InlineData("WATCHDOG")]
    [InlineData("BLOCK_IO_ERROR")]
    [InlineData("MIGRATION")]
    public void Trap22_every_event_that_may_change_it_asks_again(string name)
    {
        using var rig = QmpRig.Connected();
        var waiting = Wait(rig);
        rig.Server.Send(Events.Named("DEVICE_DELETED"));
        Assert.Equal(1, Questions(rig));
        _status = "paused";
        rig.Server.Send(Events.Named(name));
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(2, Questions(rig));
    }

    [Fact]
    public void Trap22_an_event_while_the_question_is_under_way_asks_once_more()
    {
        using var rig = QmpRig.Connected();
        var waiting = Wait(rig);
        rig.Server.Answer = _ => null;
        rig.Server.Send(Events.Stop + Events.Stop + Events.Stop);
        Assert.Equal(2, Questions(rig));
        var asked = rig.Server.Received[^1];
        rig.Server.Answer = command => command.Return("""{"status": "paused"}""");
        rig.Server.Send(asked.Return("""{"status": "running"}"""));
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(3, Questions(rig));
    }

    [Fact]
    public void Trap37_a_change_that_no_event_tells_is_found_within_a_second()
    {
        using var rig = QmpRig.Connected();
        var waiting = Wait(rig);
        rig.Advance(10.5);
        Assert.Equal(11, Questions(rig));
        _status = "paused";
        rig.Advance(1);
        Assert.True(waiting.IsCompletedSuccessfully);
        rig.Server.Send(Events.Stop);
        rig.Advance(10);
        Assert.Equal(12, Questions(rig));
    }

    [Fact]
    public async Task It_ends_with_the_deadline_the_connection_a_refusal_or_the_caller()
    {
        using var rig = QmpRig.Connected();
        var late = Wait(rig);
        rig.Advance(60);
        Assert.Equal(TimeSpan.FromSeconds(60), (await Assert.ThrowsAsync<QmpTimeoutException>(() => late)).Duration);

        using var stop = new CancellationTokenSource();
        var cancelled = WaitUntil(rig, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var asked = Questions(rig);
        rig.Server.Send(Events.Stop);
        rig.Advance(10);
        Assert.Equal(asked, Questions(rig));

        var refused = Wait(rig);
        rig.Server.Answer = command => command.Error("CommandNotFound", "no");
        rig.Server.Send(Events.Stop);
        await Assert.ThrowsAsync<QmpCommandException>(() => refused);

        var lost = Wait(rig);
        rig.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => lost);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => Wait(rig));
    }
}
