namespace Rx.Qmp.Tests;

public class PowerDownTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private static readonly string Shutdown = Events.Named("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}""");

    private static Task<QmpPowerDownResult> PowerDown(QmpRig rig, bool quit = false) =>
        rig.Client.PowerDownAsync(Grace, quit, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trap22_shutdown_counts_whether_before_or_after_the_reply(bool before)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => before ? Shutdown + command.Return() : command.Return() + Events.Named("POWERDOWN");
        var going = PowerDown(rig);
        rig.Server.Send(before ? "" : Shutdown);
        Assert.True(going.IsCompleted);
        Assert.Equal(new(QmpPowerDownEnd.ShutDown, "guest-shutdown"), await going);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Trap25_the_end_of_the_connection_is_a_success_with_or_without_reply_and_event(bool reply, bool tellsWhy)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => (tellsWhy ? Shutdown : "") + (reply ? command.Return() : "");
        var going = PowerDown(rig);
        rig.Server.HangUp();
        Assert.Equal(tellsWhy ? QmpPowerDownEnd.ShutDown : QmpPowerDownEnd.Disconnected, (await going).End);
    }

    [Fact]
    public async Task A_guest_that_takes_no_notice_runs_into_the_grace()
    {
        using var rig = QmpRig.Connected();
        var going = PowerDown(rig);
        rig.Server.Send(Events.Named("POWERDOWN") + Events.Named("RESET", """{"guest": true, "reason": "guest-reset"}"""));
        rig.Advance(19.9);
        Assert.False(going.IsCompleted);
        rig.Advance(0.2);
        Assert.Equal("system_powerdown", (await Assert.ThrowsAsync<QmpTimeoutException>(() => going)).Command);
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "quit");
    }

    [Fact]
    public async Task A_guest_that_takes_no_notice_is_quit_on_request()
    {
        using var rig = QmpRig.Connected();
        var going = PowerDown(rig, quit: true);
        rig.Advance(20);
        Assert.Equal("quit", rig.Server.Received[^1].Name);
        Assert.False(going.IsCompleted);
        rig.Server.HangUp();
        Assert.Equal(new(QmpPowerDownEnd.Quit), await going);
        Assert.Equal(QmpConnectionPhase.Closed, rig.Phase);
    }

    [Fact]
    public async Task A_qemu_that_does_not_even_quit_fails()
    {
        using var rig = QmpRig.Connected();
        var going = PowerDown(rig, quit: true);
        rig.Advance(100);
        Assert.Equal("quit", (await Assert.ThrowsAsync<QmpTimeoutException>(() => going)).Command);
    }

    [Fact]
    public async Task A_connection_that_had_ended_before_says_nothing_about_the_machine()
    {
        using var rig = QmpRig.Connected();
        rig.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => PowerDown(rig, quit: true));
    }

    [Fact]
    public async Task A_refusal_and_a_cancellation_are_passed_on()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("GenericError", "no");
        await Assert.ThrowsAsync<QmpCommandException>(() => PowerDown(rig, quit: true));
        rig.Server.Answer = command => command.Return();
        using var stop = new CancellationTokenSource();
        var going = rig.Client.PowerDownAsync(Grace, quitAfterwards: true, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => going);
        rig.Advance(100);
        Assert.Equal("system_powerdown", rig.Server.Received[^1].Name);
    }
}
