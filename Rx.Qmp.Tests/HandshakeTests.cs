using Rx.Qmp;

namespace Rx.Qmp.Tests;

public class HandshakeTests
{
    [Fact]
    public void Capabilities_are_asked_for_before_the_greeting_arrives()
    {
        using var rig = new QmpRig();
        var connecting = rig.Connect();
        Assert.Equal("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}""", rig.Server.RawReceived.ToString());
        Assert.False(connecting.IsCompleted);

        rig.Server.Send(QmpRig.Greeting);
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal("7.2.22", rig.Client.Greeting!.Version.ToString());
        Assert.Equal("fake", rig.Client.Greeting.Package);
        Assert.Equal(["oob"], rig.Client.Greeting.Capabilities);
        Assert.Equal(
            [QmpConnectionPhase.Connecting, QmpConnectionPhase.Negotiating, QmpConnectionPhase.Ready],
            rig.States.Select(state => state.Phase));
        Assert.Same(rig.Client.Greeting, rig.States[^1].Greeting);
    }

    [Fact]
    public async Task Trap01_an_event_before_the_greeting_is_delivered_and_replies_stay_in_step()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = command => command.Return($"\"{command.Name}\"") });
        var connecting = rig.Connect();
        rig.Server.Send(Events.Named("VSERPORT_CHANGE", """{"open": true, "id": "ch0"}"""));
        rig.Server.Send(QmpRig.Greeting);
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal(["VSERPORT_CHANGE"], rig.EventNames);
        Assert.Equal("query-a", (await rig.Execute("query-a")).GetElement().GetString());
        Assert.Equal("query-b", (await rig.Execute("query-b")).GetElement().GetString());
    }

    [Fact]
    public async Task Trap02_an_event_between_capabilities_and_their_reply_is_delivered_and_replies_stay_in_step()
    {
        var server = new FakeQmpServer(QmpRig.ByHand) { Answer = command => Events.Stop + command.Return($"\"{command.Name}\"") };
        using var rig = QmpRig.Connected(server: server);
        Assert.Equal(["STOP"], rig.EventNames);
        Assert.Equal("query-a", (await rig.Execute("query-a")).GetElement().GetString());
        Assert.Equal("query-b", (await rig.Execute("query-b")).GetElement().GetString());
        Assert.Equal(["STOP", "STOP", "STOP"], rig.EventNames);
    }

    [Fact]
    public void Trap03_events_in_the_segment_of_the_capabilities_reply_are_not_lost()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = _ => null });
        var connecting = rig.Connect();
        rig.Server.Send(
            QmpRig.Greeting + rig.Server.Received[0].Return() + Events.Named("A") + Events.Named("B") + Events.Named("C"));
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal(["A", "B", "C"], rig.EventNames);
    }

    [Fact]
    public void A_reply_that_overtakes_the_greeting_is_accepted()
    {
        using var rig = new QmpRig();
        var connecting = rig.Connect();
        Assert.False(connecting.IsCompleted);
        rig.Server.Send(QmpRig.Greeting.Replace("\"oob\"", "\"oob\", \"new\", 7, null", StringComparison.Ordinal));
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal(["oob", "new"], rig.Client.Greeting!.Capabilities);
    }

    [Fact]
    public async Task No_greeting_in_time_is_an_error_of_its_own()
    {
        using var rig = new QmpRig(options => options with { ConnectTimeout = TimeSpan.FromSeconds(10) });
        var connecting = rig.Connect();
        rig.Advance(9.999);
        Assert.False(connecting.IsCompleted);
        rig.Advance(0.001);
        var error = await Assert.ThrowsAsync<QmpNoGreetingException>(() => connecting);
        Assert.Equal(TimeSpan.FromSeconds(10), error.Waited);
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
        Assert.Same(error, rig.States[^1].Cause);
        Assert.True(rig.StatesCompleted);
        Assert.True(rig.EventsCompleted);
        Assert.True(rig.Server.ClientIsGone);
    }

    [Fact]
    public async Task Capabilities_never_answered_time_out_by_name()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = _ => null });
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        rig.Advance(10);
        var error = await Assert.ThrowsAsync<QmpTimeoutException>(() => connecting);
        Assert.Equal("qmp_capabilities", error.Command);
    }

    [Fact]
    public async Task Capabilities_refused_fail_the_connection_with_what_the_server_said()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = command => command.Error("CommandNotFound", "no") });
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        var error = await Assert.ThrowsAsync<QmpCommandException>(() => connecting);
        Assert.Equal(("qmp_capabilities", "CommandNotFound", "no"), (error.Command, error.ErrorClass, error.Description));
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
    }

    [Fact]
    public async Task A_server_that_hangs_up_while_negotiating_fails_the_connection_at_once()
    {
        using var rig = new QmpRig();
        var connecting = rig.Connect();
        rig.Server.HangUp();
        var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => connecting);
        Assert.Same(error, rig.States[^1].Cause);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_negotiating_gets_his_cancellation_at_once()
    {
        using var rig = new QmpRig();
        using var stop = new CancellationTokenSource();
        var connecting = rig.ConnectUntil(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        Assert.Equal(QmpConnectionPhase.Closed, rig.Phase);
        Assert.True(rig.Server.ClientIsGone);
    }

    [Fact]
    public void Commands_given_while_connecting_wait_for_the_handshake()
    {
        using var rig = new QmpRig();
        var connecting = rig.Connect();
        var early = rig.Execute("query-early");
        Assert.Single(rig.Server.Received);
        rig.Server.Send(QmpRig.Greeting);
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.True(early.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_client_connects_once()
    {
        using var rig = QmpRig.Connected();
        await Assert.ThrowsAsync<InvalidOperationException>(rig.Connect);
    }

    [Fact]
    public async Task A_stream_handed_to_a_client_that_has_one_already_is_closed()
    {
        using var rig = QmpRig.Connected();
        using var other = new FakeQmpServer(QmpRig.ByHand);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => rig.Client.ConnectAsync(other.ClientEnd, TestContext.Current.CancellationToken));
        Assert.True(other.ClientIsGone);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);
    }

    [Fact]
    public async Task A_client_never_connected_executes_nothing_and_closes()
    {
        using var rig = new QmpRig();
        Assert.Empty(rig.States);
        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Execute("query-status"));
        await rig.Client.DisposeAsync();
        Assert.Equal([new QmpConnectionState(QmpConnectionPhase.Closed)], rig.States);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("query-status"));
    }
}
