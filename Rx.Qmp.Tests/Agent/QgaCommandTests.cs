using Rx.Qmp.Agent;

namespace Rx.Qmp.Tests.Agent;

/// <summary>Commands to an agent and what may come of them, in virtual time.</summary>
public sealed class QgaCommandTests
{
    [Fact]
    public async Task Commands_run_one_at_a_time_in_order()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var first = rig.Execute("guest-a");
        var second = rig.Execute("guest-b");
        Assert.Equal("guest-a", rig.Agent.Names[^1]);
        rig.Agent.Say("{\"return\": 1, \"id\": 1}\n");
        Assert.Equal(1, (await first).GetElement().GetInt32());
        Assert.Equal("guest-b", rig.Agent.Names[^1]);
        rig.Agent.Say("{\"return\": 2, \"id\": 2}\n");
        Assert.Equal(2, (await second).GetElement().GetInt32());
    }

    [Fact]
    public async Task Errors_are_the_commands_own()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => "\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}";
        var fault = await Assert.ThrowsAsync<QgaCommandException>(() => rig.Execute("guest-a"));
        Assert.Equal(("guest-a", "GenericError", "no"), (fault.Command, fault.ErrorClass, fault.Description));
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Execute("guest-a");
        Assert.Equal(1, rig.Client.Statistics.Synchronisations);
    }

    [Fact]
    public async Task A_reply_with_another_id_is_somebody_elses()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var waiting = rig.Execute("guest-a");
        rig.Agent.Say("{\"return\": \"not this\", \"id\": 9}\n{\"return\": \"nor this\", \"id\": \"x\"}\n{\"return\": \"this\", \"id\": 1}\n");
        Assert.Equal("this", (await waiting).GetElement().GetString());
        waiting = rig.Execute("guest-b");
        rig.Agent.Say("{\"return\": \"no id from an agent that has them\"}\n{\"return\": \"this\", \"id\": 2}\n");
        Assert.Equal("this", (await waiting).GetElement().GetString());
        Assert.Equal(3, rig.Client.Statistics.StrayMessages - 1);
    }

    [Fact]
    public async Task An_agent_that_sends_no_ids_back_is_believed()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent { SendsIdsBack = false });
        rig.Agent.Answer = name => $"\"return\": \"{name}\"";
        Assert.Equal("guest-a", (await rig.Execute("guest-a")).GetElement().GetString());
        Assert.Equal("guest-b", (await rig.Execute("guest-b")).GetElement().GetString());
    }

    [Fact]
    public async Task An_agent_that_takes_offence_at_ids_gets_none()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent { AllowsIds = false });
        rig.Agent.Answer = name => $"\"return\": \"{name}\"";
        Assert.Equal("guest-a", (await rig.Execute("guest-a")).GetElement().GetString());
        Assert.Equal("guest-b", (await rig.Execute("guest-b")).GetElement().GetString());
        Assert.Equal(["guest-sync-delimited", "guest-a", "guest-a", "guest-b"], rig.Agent.Names);
        Assert.EndsWith("{\"execute\":\"guest-b\"}\n", rig.Agent.Raw.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trap38_the_reply_to_a_command_given_up_is_not_taken_for_the_next()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent { SendsIdsBack = false });
        rig.Agent.Answer = name => $"\"return\": \"{name}\"";
        rig.Agent.Freeze();
        var late = rig.Client.ExecuteAsync(QmpCommand.Create("guest-a").WithTimeout(TimeSpan.FromSeconds(2)), TestContext.Current.CancellationToken);
        rig.Advance(1.999);
        Assert.False(late.IsCompleted);
        rig.Advance(0.001);
        Assert.Equal("guest-a", (await Assert.ThrowsAsync<QmpTimeoutException>(() => late)).Command);

        var next = rig.Execute("guest-b");
        rig.Agent.Thaw();
        Assert.Equal("guest-b", (await next).GetElement().GetString());
        Assert.Equal(["guest-sync-delimited", "guest-a", "guest-sync-delimited", "guest-b"], rig.Agent.Names);
        Assert.Equal(2, rig.Client.Statistics.Synchronisations);
    }

    [Fact]
    public async Task A_command_cancelled_under_way_is_followed_by_coming_into_step()
    {
        using var rig = QgaRig.Connected(agent: new FakeAgent { SendsIdsBack = false });
        rig.Agent.Answer = _ => null;
        using var stop = new CancellationTokenSource();
        var cancelled = rig.Client.ExecuteAsync(QmpCommand.Create("guest-a"), stop.Token);
        await stop.CancelAsync();
        Assert.True(cancelled.IsCanceled);
        rig.Agent.Say("{\"return\": \"late\"}\n");
        rig.Agent.Answer = name => $"\"return\": \"{name}\"";
        Assert.Equal("guest-b", (await rig.Execute("guest-b")).GetElement().GetString());
    }

    [Fact]
    public async Task A_command_cancelled_while_it_waits_is_never_sent()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var first = rig.Execute("guest-a");
        using var stop = new CancellationTokenSource();
        var second = rig.Client.ExecuteAsync(QmpCommand.Create("guest-b"), stop.Token);
        await stop.CancelAsync();
        Assert.True(second.IsCanceled);
        rig.Agent.Say("{\"return\": {}, \"id\": 1}\n");
        await first;
        Assert.DoesNotContain("guest-b", rig.Agent.Names);
        Assert.True((await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Client.ExecuteAsync(QmpCommand.Create("guest-c"), stop.Token)))
            .CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Trap38_a_guest_frozen_after_a_timeout_costs_the_next_command_only_its_own_time_and_it_is_not_sent()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Freeze();
        var first = rig.Execute("guest-a");
        rig.Advance(30);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => first);
        var second = rig.Execute("guest-b");
        rig.Advance(4.999);
        Assert.False(second.IsCompleted);
        rig.Advance(0.001);
        var fault = await Assert.ThrowsAsync<QgaUnresponsiveException>(() => second);
        Assert.Equal(("guest-b", TimeSpan.FromSeconds(5)), (fault.Command, fault.Waited));
        rig.Agent.Thaw();
        await rig.Execute("guest-c");
        Assert.DoesNotContain("guest-b", rig.Agent.Names);
    }

    [Theory]
    [InlineData("guest-shutdown")]
    [InlineData("guest-suspend-disk")]
    [InlineData("guest-suspend-ram")]
    [InlineData("guest-suspend-hybrid")]
    public async Task Trap38_a_command_that_answers_only_errors_is_done_after_silence(string name)
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var silent = rig.Execute(name);
        rig.Advance(2.999);
        Assert.False(silent.IsCompleted);
        rig.Advance(0.001);
        Assert.Equal("{}", (await silent).GetElement().GetRawText());

        // An error that comes too late is not the next command's.
        rig.Agent.Say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"late\"}}\n");
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Execute("guest-ping");
    }

    [Fact]
    public async Task A_silent_command_that_is_refused_or_answered_ends_at_once()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => "\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}";
        await Assert.ThrowsAsync<QgaCommandException>(() => rig.Client.ExecuteAsync(QgaCommands.Shutdown(), TestContext.Current.CancellationToken));
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Client.ExecuteAsync(QgaCommands.SuspendToMemory, TestContext.Current.CancellationToken);
        Assert.Contains("\"arguments\":{\"mode\":\"powerdown\"}", rig.Agent.Raw.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_command_is_done_when_the_guest_goes_and_others_fail()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var shutdown = rig.Execute("guest-shutdown");
        var behind = rig.Execute("guest-ping");
        rig.Agent.HangUp();
        await shutdown;
        Assert.Equal("guest-ping", (await Assert.ThrowsAsync<QmpDisconnectedException>(() => behind)).Command);
        Assert.True(rig.Client.Completion.IsCompletedSuccessfully);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("guest-shutdown"));
    }

    [Fact]
    public async Task A_silent_command_that_could_not_be_sent_is_no_success()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Freeze();
        var given = rig.Client.ExecuteAsync(QmpCommand.Create("guest-a").WithTimeout(TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
        rig.Advance(1);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => given);
        var shutdown = rig.Execute("guest-shutdown");
        rig.Advance(5);
        await Assert.ThrowsAsync<QgaUnresponsiveException>(() => shutdown);
    }

    [Fact]
    public async Task A_reply_that_makes_no_sense_fails_its_command_and_the_next_is_fine()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var broken = rig.Execute("guest-a");
        rig.Agent.Say("oops\n");
        Assert.Equal(QmpProtocolFault.MalformedReply, (await Assert.ThrowsAsync<QmpProtocolException>(() => broken)).Fault);
        var twice = rig.Execute("guest-b");
        rig.Agent.Say("{\"return\": 1, \"return\": 2, \"id\": 2}\n");
        await Assert.ThrowsAsync<QmpProtocolException>(() => twice);
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Execute("guest-c");
    }

    [Fact]
    public async Task A_reply_longer_than_allowed_is_passed_over_and_the_next_command_is_fine()
    {
        using var rig = QgaRig.Connected(options => options with { MaxFrameBytes = 2048 });
        rig.Agent.Answer = _ => $"\"return\": \"{new string('x', 100_000)}\"";
        await Assert.ThrowsAsync<QmpProtocolException>(() => rig.Execute("guest-a"));
        rig.Agent.Answer = _ => "\"return\": {}";
        await rig.Execute("guest-b");
        Assert.InRange(rig.Client.Statistics.DiscardedBytes, 100_000, 101_000);
    }

    [Fact]
    public async Task A_large_reply_is_read_whole()
    {
        using var rig = QgaRig.Connected();
        string text = new('é', 1_000_000);
        rig.Agent.Answer = _ => $"\"return\": \"{new string('x', 1_000_000)}\"";
        Assert.Equal(text.Length, (await rig.Execute("guest-a")).GetElement().GetString()!.Length);
    }

    [Fact]
    public async Task An_agent_that_reads_nothing_gets_no_half_message()
    {
        // 100 bytes hold what brings it into step and little more.
        using var rig = QgaRig.Connected(agent: new FakeAgent(capacity: 100));
        rig.Agent.Freeze();
        var arguments = QmpCommand.Create("guest-a", writer => writer.WriteString("text", new string('x', 500)));
        var cut = rig.Client.ExecuteAsync(arguments.WithTimeout(TimeSpan.FromSeconds(1)), TestContext.Current.CancellationToken);
        rig.Advance(1);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => cut);
        var next = rig.Execute("guest-b");
        rig.Agent.Thaw();
        await next;
        Assert.Equal(["guest-sync-delimited", "guest-a", "guest-sync-delimited", "guest-b"], rig.Agent.Names);
    }

    [Fact]
    public async Task Waiting_commands_are_limited()
    {
        using var rig = QgaRig.Connected(options => options with { MaxWaitingCommands = 1 });
        rig.Agent.Answer = _ => null;
        _ = rig.Execute("guest-a");
        _ = rig.Execute("guest-b");
        await Assert.ThrowsAsync<QmpQueueFullException>(() => rig.Execute("guest-c"));
    }

    [Fact]
    public async Task Disposing_fails_what_is_under_way()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => null;
        var waiting = rig.Execute("guest-a");
        await rig.Client.DisposeAsync();
        await rig.Client.DisposeAsync();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting);
        Assert.True(rig.Client.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task What_an_agent_says_about_itself_is_read_leniently()
    {
        using var rig = QgaRig.Connected();
        rig.Agent.Answer = _ => """
            "return": {"version": "7.2.22", "more": 1, "supported_commands": [
              {"name": "guest-ping", "enabled": true, "success-response": true}, {"name": "guest-shutdown"}, {"name": "guest-exec", "enabled": false}, 7]}
            """.ReplaceLineEndings("");
        var info = await rig.Client.ExecuteAsync(QgaCommands.Info, TestContext.Current.CancellationToken);
        Assert.Equal("7.2.22", info.Version);
        Assert.Equal(new QgaCommandInfo(true, true), info.Commands["guest-ping"]);
        Assert.Equal(new QgaCommandInfo(true, false), info.Commands["guest-shutdown"]);
        Assert.Equal(new QgaCommandInfo(false, true), info.Commands["guest-exec"]);
        rig.Agent.Answer = _ => "\"return\": []";
        Assert.Empty((await rig.Client.ExecuteAsync(QgaCommands.Info, TestContext.Current.CancellationToken)).Commands);
        await Assert.ThrowsAsync<QmpProtocolException>(
            () => rig.Client.ExecuteAsync(QgaCommands.FreezeFileSystems, TestContext.Current.CancellationToken));
    }
}
