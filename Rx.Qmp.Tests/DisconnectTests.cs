using System.Text;

namespace Rx.Qmp.Tests;

public class DisconnectTests
{
    private const string Shutdown = """{"guest": false, "reason": "host-qmp-quit"}""";

    private static Task Quit(QmpRig rig) => rig.Client.QuitAsync(TestContext.Current.CancellationToken);

    [Fact]
    public void Trap25_quit_answered_then_end_of_file_is_a_clean_end()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => Events.Named("SHUTDOWN", Shutdown) + command.Return();
        var quitting = Quit(rig);
        Assert.False(quitting.IsCompleted);
        rig.Server.HangUp();
        Assert.True(quitting.IsCompletedSuccessfully);
        AssertCleanEnd(rig);
        Assert.Equal(["SHUTDOWN"], rig.EventNames);
    }

    [Fact]
    public void Trap25_end_of_file_instead_of_the_reply_to_quit_is_a_clean_end()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var quitting = Quit(rig);
        rig.Server.HangUp();
        Assert.True(quitting.IsCompletedSuccessfully, quitting.Exception?.ToString());
        AssertCleanEnd(rig);
    }

    [Fact]
    public void Trap25_end_of_file_inside_the_reply_to_quit_and_a_reset_are_clean_ends_too()
    {
        using var cut = QmpRig.Connected();
        cut.Server.Answer = command => command.Return()[..5];
        var quitting = Quit(cut);
        cut.Server.HangUp();
        Assert.True(quitting.IsCompletedSuccessfully);
        AssertCleanEnd(cut);

        using var reset = QmpRig.Connected();
        reset.Server.Answer = _ => null;
        quitting = Quit(reset);
        reset.Server.Reset();
        Assert.True(quitting.IsCompletedSuccessfully);
        AssertCleanEnd(reset);
    }

    [Fact]
    public async Task Trap25_quit_after_the_end_fails_at_once()
    {
        using var rig = QmpRig.Connected();
        rig.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => Quit(rig));
    }

    [Fact]
    public async Task Quit_refused_throws_and_a_later_end_of_file_is_a_loss_again()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("GenericError", "not now");
        await Assert.ThrowsAsync<QmpCommandException>(() => Quit(rig));
        rig.Server.HangUp();
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
    }

    [Fact]
    public async Task Quit_answered_but_not_followed_by_end_of_file_runs_out_of_time()
    {
        using var rig = QmpRig.Connected();
        var quitting = Quit(rig);
        rig.Advance(30);
        Assert.Equal("quit", (await Assert.ThrowsAsync<QmpTimeoutException>(() => quitting)).Command);
    }

    [Fact]
    public async Task Trap25_end_of_file_fails_every_waiter_at_once_with_one_cause_and_later_calls_at_once()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiters = Enumerable.Range(0, 20).Select(i => rig.Execute($"query-{i}")).ToArray();
        rig.Server.HangUp();
        Assert.All(waiters, waiter => Assert.True(waiter.IsFaulted));
        List<Exception?> causes = [];
        for (var i = 0; i < waiters.Length; i++)
        {
            var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiters[i]);
            Assert.Equal($"query-{i}", error.Command);
            causes.Add(error.InnerException);
        }

        Assert.All(causes, cause => Assert.Same(rig.States[^1].Cause, cause));
        var later = rig.Execute("query-later");
        Assert.True(later.IsFaulted);
        Assert.Same(rig.States[^1].Cause, later.Exception!.InnerException!.InnerException);
    }

    [Fact]
    public void Trap26_loss_completes_both_streams_and_the_state_has_the_cause()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Reset();
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
        Assert.IsType<IOException>(Assert.IsType<QmpDisconnectedException>(rig.States[^1].Cause).InnerException);
        Assert.True(rig.EventsCompleted && rig.StatesCompleted);

        List<QmpConnectionState> late = [];
        var lateEvents = false;
        rig.Client.ConnectionStates.Subscribe(late.Add);
        rig.Client.Events.Subscribe(_ => { }, () => lateEvents = true);
        Assert.Equal([rig.States[^1]], late);
        Assert.True(lateEvents);
    }

    [Fact]
    public async Task Trap26_closing_completes_both_streams_without_a_cause_and_only_once()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiting = rig.Execute("query-a");
        await rig.Client.DisposeAsync();
        await rig.Client.DisposeAsync();
        AssertCleanEnd(rig);
        Assert.Single(rig.States, state => state.Phase == QmpConnectionPhase.Closed);
        Assert.Null((await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting)).InnerException);
        Assert.True(rig.Server.ClientIsGone);
    }

    [Fact]
    public async Task Trap16_a_half_written_command_is_finished_after_its_caller_left()
    {
        // The server reads nothing; 71 bytes hold the 68 of the handshake and 3 of the next command.
        var (server, clientEnd) = DuplexStream.CreatePair(capacity: 71, inline: true);
        using var rig = new QmpRig();
        var connecting = rig.Client.ConnectAsync(clientEnd, TestContext.Current.CancellationToken);
        server.Write(Encoding.UTF8.GetBytes(QmpRig.Greeting));
        server.Write("{\"return\": {}, \"id\": 0}"u8);
        Assert.True(connecting.IsCompletedSuccessfully);

        using var stop = new CancellationTokenSource();
        var half = rig.ExecuteUntil("half-written", stop.Token);
        var unsent = rig.ExecuteUntil("never-written", stop.Token);
        var next = rig.Execute("next");
        await stop.CancelAsync();
        Assert.True(half.IsCanceled && unsent.IsCanceled);

        Assert.Equal(
            """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}{"execute":"half-written","id":0}{"execute":"next","id":1}""",
            await ReadAll(server));
        server.Write("{\"return\": 1, \"id\": 0}{\"return\": 2, \"id\": 1}"u8);
        Assert.Equal(2, (await next).GetElement().GetInt32());
        Assert.Equal(1, rig.Client.Statistics.LateReplies);
    }

    [Fact]
    public async Task A_server_that_stops_reading_blocks_no_deadline_and_no_disposal()
    {
        var (server, clientEnd) = DuplexStream.CreatePair(capacity: 71, inline: true);
        using var rig = new QmpRig();
        var connecting = rig.Client.ConnectAsync(clientEnd, TestContext.Current.CancellationToken);
        server.Write(Encoding.UTF8.GetBytes(QmpRig.Greeting + "{\"return\": {}, \"id\": 0}"));
        Assert.True(connecting.IsCompletedSuccessfully);
        var stuck = rig.Execute("stuck");
        rig.Advance(30);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => stuck);
        Assert.True(rig.Client.DisposeAsync().IsCompletedSuccessfully);
        AssertCleanEnd(rig);
    }

    [Fact]
    public async Task What_the_server_said_last_is_read_after_a_failed_write()
    {
        // The server's reading side is gone: writes fail while its last words wait to be read.
        var (server, clientEnd) = DuplexStream.CreatePair(inline: true);
        using var rig = new QmpRig();
        var broken = new WriteFails(clientEnd);
        var connecting = rig.Client.ConnectAsync(broken, TestContext.Current.CancellationToken);
        server.Write(Encoding.UTF8.GetBytes(QmpRig.Greeting + "{\"return\": {}, \"id\": 0}"));
        Assert.True(connecting.IsCompletedSuccessfully);
        broken.Fails = true;
        var cut = rig.Execute("query-a");
        Assert.False(cut.IsCompleted);
        server.Write(Encoding.UTF8.GetBytes(Events.Named("SHUTDOWN", Shutdown)));
        Assert.Equal(["SHUTDOWN"], rig.EventNames);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);
        rig.Advance(1);
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => cut);
    }

    [Fact]
    public async Task A_quit_whose_writing_failed_is_no_clean_end()
    {
        var (server, clientEnd) = DuplexStream.CreatePair(inline: true);
        using var rig = new QmpRig();
        var broken = new WriteFails(clientEnd);
        var connecting = rig.Client.ConnectAsync(broken, TestContext.Current.CancellationToken);
        server.Write(Encoding.UTF8.GetBytes(QmpRig.Greeting + "{\"return\": {}, \"id\": 0}"));
        Assert.True(connecting.IsCompletedSuccessfully);
        broken.Fails = true;
        var quitting = Quit(rig);
        rig.Advance(1);
        Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => quitting);
    }

    private static void AssertCleanEnd(QmpRig rig)
    {
        Assert.Equal(QmpConnectionPhase.Closed, rig.Phase);
        Assert.Null(rig.States[^1].Cause);
        Assert.True(rig.EventsCompleted && rig.StatesCompleted);
    }

    private static async Task<string> ReadAll(DuplexStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[16];
        using var stop = new CancellationTokenSource();
        while (true)
        {
            var reading = stream.ReadAsync(buffer, stop.Token);
            if (!reading.IsCompleted)
            {
                await stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
                return text.ToString();
            }

            text.Append(Encoding.UTF8.GetString(buffer.AsSpan(0, await reading)));
        }
    }
}
