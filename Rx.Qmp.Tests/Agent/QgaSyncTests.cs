using System.Text;
using Rx.Qmp;
using Rx.Qmp.Agent;

namespace Rx.Qmp.Tests.Agent;

/// <summary>Coming into step with an agent that talked to others before, in virtual time.</summary>
public sealed class QgaSyncTests
{
    [Fact]
    public async Task The_parser_is_reset_and_the_number_comes_back()
    {
        using var rig = QgaRig.Connected();
        Assert.StartsWith("\u00ff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":", rig.Agent.Raw.ToString(), StringComparison.Ordinal);
        Assert.InRange(rig.Agent.LastNumber, 0, (1L << 53) - 1);
        await rig.Execute("guest-ping");
        Assert.Equal(["guest-sync-delimited", "guest-ping"], rig.Agent.Names);
        Assert.Equal((1, 1), (rig.Client.Statistics.CommandsSent, rig.Client.Statistics.Synchronisations));
    }

    [Theory]
    [InlineData("{\"return\": {}}\n")]
    [InlineData("{\"return\": 42}\n")]
    [InlineData("\u00ff{\"return\": 42}\n")]
    [InlineData("\"}]}, \"id\": 7}\n")]
    [InlineData("{\"return\": [1, 2, {\"a\"\n")]
    [InlineData("{\"return\": [1, 2, {\"a\"")]
    [InlineData("\u00ff\u00ff\u00ff")]
    [InlineData("login: \n\r\n{}}}]")]
    [InlineData("[    0.000000] Linux version 6.1\n{")]
    [InlineData("{\"error\": {\"class\": \"GenericError\", \"desc\": \"for somebody else\"}}\n")]
    [InlineData("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"for somebody else\"}}\n")]
    [InlineData("{\"return\": \"\u00c3\u00a9")]
    public async Task Trap38_what_a_former_client_left_is_passed_over(string left)
    {
        using var rig = new QgaRig();
        rig.Agent.Say(left);
        await rig.Connect();
        rig.Agent.Answer = _ => "\"return\": 5";
        Assert.Equal(5, (await rig.Execute("guest-exec")).GetElement().GetInt32());
        Assert.Equal(5, (await rig.Execute("guest-exec")).GetElement().GetInt32());
    }

    [Fact]
    public async Task Trap38_it_is_found_wherever_the_output_is_cut()
    {
        using var rig = new QgaRig();
        rig.Agent.Freeze();
        var connecting = rig.Connect();
        rig.Agent.Say("{\"return\": {\"x\": \"");
        rig.Agent.Thaw();
        await connecting;
        rig.Agent.Answer = _ => null;
        var waiting = rig.Execute("guest-exec");
        foreach (var one in "\n {\"return\": {\"text\": \"a\\\"}{\"}, \"id\": 1}\n")
        {
            rig.Agent.Say([(byte)one]);
        }

        Assert.Equal("a\"}{", (await waiting).GetElement().GetProperty("text").GetString());
    }

    [Fact]
    public async Task An_agent_without_the_delimited_form_is_asked_in_the_plain_one_and_from_then_on()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent { KnowsDelimited = false, AllowsIds = false });
        Assert.Equal(["guest-sync-delimited", "guest-sync"], rig.Agent.Names);
        rig.Agent.Answer = _ => null;
        var late = rig.Execute("guest-exec");
        rig.Advance(30);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => late);
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Execute("guest-ping");
        Assert.Equal(["guest-sync", "guest-ping"], rig.Agent.Names[^2..]);
        Assert.Single(rig.Agent.Raw.ToString(), one => one == '\u00ff');
    }

    [Fact]
    public async Task The_plain_form_can_be_asked_for_and_sends_nothing_but_json()
    {
        using var rig = QgaRig.Connected(options => options with { Sync = QgaSync.Plain });
        await rig.Execute("guest-ping");
        Assert.Equal(["guest-sync", "guest-ping"], rig.Agent.Names);
        Assert.DoesNotContain('\u00ff', rig.Agent.Raw.ToString());
    }

    [Fact]
    public async Task Trap38_a_frozen_guest_is_told_apart_and_found_again()
    {
        using var rig = new QgaRig();
        rig.Agent.Freeze();
        var connecting = rig.Connect();
        rig.Advance(9.999);
        Assert.False(connecting.IsCompleted);
        rig.Advance(0.001);
        var fault = await Assert.ThrowsAsync<QgaUnresponsiveException>(() => connecting);
        Assert.Equal((null, TimeSpan.FromSeconds(10)), (fault.Command, fault.Waited));
    }

    [Fact]
    public async Task An_agent_that_comes_up_while_connecting_is_found_although_it_missed_the_first_call()
    {
        using var rig = new QgaRig(options => options with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        rig.Agent.Freeze();
        var connecting = rig.Connect();
        rig.Advance(12);
        rig.Agent.Thaw();
        await connecting;
        Assert.Equal(3, rig.Agent.Names.Count);
        await rig.Execute("guest-ping");
    }

    [Fact]
    public async Task A_caller_may_give_up_looking_for_the_agent()
    {
        using var rig = new QgaRig();
        rig.Agent.Freeze();
        using var stop = new CancellationTokenSource();
        var connecting = rig.ConnectUntil(stop.Token);
        await stop.CancelAsync();
        Assert.True(connecting.IsCanceled);
    }

    [Fact]
    public async Task Trap38_garbage_without_end_ends_the_connection()
    {
        using var rig = new QgaRig(options => options with { MaxDiscardedBytes = 10_000 });
        rig.Agent.Freeze();
        var connecting = rig.Connect();
        var garbage = Encoding.ASCII.GetBytes(new string('x', 1000));
        for (var i = 0; i < 11; i++)
        {
            Assert.False(connecting.IsCompleted);
            rig.Agent.Say(garbage);
        }

        Assert.Equal(QmpProtocolFault.NotAnObject, (await Assert.ThrowsAsync<QmpProtocolException>(() => connecting)).Fault);
    }

    [Fact]
    public async Task Trap38_replies_to_others_without_end_end_the_connection_too()
    {
        using var rig = QgaRig.Connected(options => options with { MaxDiscardedBytes = 10_000 });
        for (var i = 0; i < 1000 && !rig.Client.Completion.IsCompleted; i++)
        {
            rig.Agent.Say("{\"return\": {}}\n");
        }

        await rig.Client.Completion;
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("guest-ping"));
    }
}
