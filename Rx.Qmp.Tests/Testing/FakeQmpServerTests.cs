using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Qmp.Testing;
using Rx.Vm.Testing;

namespace Rx.Qmp.Tests.Testing;

/// <summary>The server that users test against, used as they would use it.</summary>
public class FakeQmpServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static QmpClientOptions Inline(TestScheduler time) => new() { Scheduler = time, InlineContinuations = true };

    private static async Task<QmpClient> Connect(FakeQmpServer server, TestScheduler? time = null) =>
        await QmpClient.ConnectAsync(server.ClientEnd, Inline(time ?? new TestScheduler()), Token);

    private static Task<QmpReply> Execute(QmpClient client, string name) => client.ExecuteAsync(QmpCommand.Create(name), Token);

    [Fact]
    public async Task It_greets_negotiates_and_answers_without_being_told_anything()
    {
        using var server = new FakeQmpServer(new FakeQmpOptions { Package = "say \"hi\"", Version = new QmpVersion(9, 1, 0) });
        await using var client = await Connect(server);
        Assert.Equal(("9.1.0", "say \"hi\""), (client.Greeting!.Version.ToString(), client.Greeting.Package));
        Assert.Equal("{}", (await Execute(client, "query-status")).GetElement().GetRawText());
        Assert.Equal(["qmp_capabilities", "query-status"], server.Received.Select(command => command.Name));
        Assert.Equal((1, false), (server.Clients, server.ClientIsGone));
        await client.DisposeAsync();
        Assert.True(server.ClientIsGone);
    }

    [Fact]
    public async Task Scripts_by_name_come_before_the_answer_to_everything_else()
    {
        using var server = new FakeQmpServer { Answer = _ => QmpAnswer.Error("CommandNotFound", "never \"heard\" of it") };
        server.On("query-status", QmpAnswer.Value("""{"running": true}""")).On("query-name", command => command.Return("7"));
        List<string> requests = [];
        server.Requests.Subscribe(command => requests.Add(command.Name));
        await using var client = await Connect(server);
        Assert.True((await Execute(client, "query-status")).GetElement().GetProperty("running").GetBoolean());
        Assert.Equal(7, (await Execute(client, "query-name")).GetElement().GetInt32());
        var error = await Assert.ThrowsAsync<QmpCommandException>(() => Execute(client, "else"));
        Assert.Equal(new QmpError("CommandNotFound", "never \"heard\" of it"), error.Error);
        Assert.Equal(["qmp_capabilities", "query-status", "query-name", "else"], requests);
    }

    [Theory]
    [InlineData(FakeQmpStyle.Compact)]
    [InlineData(FakeQmpStyle.Pretty)]
    [InlineData(FakeQmpStyle.NoNewlines)]
    public async Task Every_style_split_at_every_byte_is_understood(FakeQmpStyle style)
    {
        using var server = new FakeQmpServer(new FakeQmpOptions
        {
            Style = style, MaxWriteBytes = 1, BeforeGreeting = QmpText.Event("EARLY"), Capabilities = ["oob", "new"],
        });
        var at = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000).AddMicroseconds(7);
        var behind = QmpText.Event("BEHIND", "{\"a\": 1}", at);
        server.On("query-a", QmpAnswer.Value("[1, {}]").Following(QmpText.Event("BEFORE")).FollowedBy(behind));
        List<QmpEvent> events = [];
        await using var client = new QmpClient(Inline(new TestScheduler()));
        client.Events.Subscribe(events.Add);
        await client.ConnectAsync(server.ClientEnd, Token);
        Assert.Equal(["oob", "new"], client.Greeting!.Capabilities);
        Assert.Equal(2, (await Execute(client, "query-a")).GetElement().GetArrayLength());
        server.SendEvent("LAST");
        Assert.Equal(["EARLY", "BEFORE", "BEHIND", "LAST"], events.Select(item => item.Name));
        Assert.Equal([null, null, at, null], events.Select(item => item.Timestamp));
        Assert.Equal([true, true, false, true], events.Select(item => item.Data.IsEmpty));
    }

    [Fact]
    public async Task Answers_may_take_time_of_a_clock_and_be_cut_and_end_the_connection()
    {
        var time = new TestScheduler();
        using var server = new FakeQmpServer();
        server.On("slow", QmpAnswer.Value("1").After(TimeSpan.FromSeconds(3), time));
        server.On("cut", QmpAnswer.Value().CutAfter(5));
        await using var client = await Connect(server, time);
        var slow = Execute(client, "slow");
        time.AdvanceBy(TimeSpan.FromSeconds(3).Ticks - 1);
        Assert.False(slow.IsCompleted);
        time.AdvanceBy(1);
        Assert.True(slow.IsCompletedSuccessfully);
        var cut = await Assert.ThrowsAsync<QmpDisconnectedException>(() => Execute(client, "cut"));
        Assert.Equal(QmpProtocolFault.Truncated, Assert.IsType<QmpProtocolException>(cut.InnerException).Fault);
        Assert.Throws<InvalidOperationException>(() => QmpAnswer.Never.CutAfter(1));
    }

    [Fact]
    public async Task A_marble_peer_may_answer()
    {
        var time = new TestScheduler();
        var peer = new Subject<string>();
        using var server = new FakeQmpServer();
        server.On("device_del", QmpAnswer.From(peer));
        await using var client = await Connect(server, time);
        List<string> events = [];
        client.Events.Subscribe(item => events.Add(item.Name));
        var removing = Execute(client, "device_del");
        peer.OnNext("""{"return": {}}""");
        Assert.True(removing.IsCompletedSuccessfully);
        peer.OnNext("""{"event": "DEVICE_DELETED", "data": {"device": "d0", "path": "/machine/peripheral/d0"}}""");
        Assert.Equal(["DEVICE_DELETED"], events);

        Task<QmpReply>? stopped = null;
        Marble.Run(m =>
        {
            var script = m.Script<string, string>(_ => "5ms (er|)", ("e", QmpText.Event("STOP")), ("r", QmpText.Return("3")));
            server.On("stop", command => QmpAnswer.From(script.Send(command.Name)));
            m.Expect(client.Events.Select(item => item.Name)).ToBe("5ms [STOP]");
            stopped = Execute(client, "stop");
            Assert.False(stopped.IsCompleted);
        });
        Assert.Equal(3, (await stopped!).GetElement().GetInt32());
        Assert.Equal(["DEVICE_DELETED", "STOP"], events);
    }

    [Fact]
    public async Task A_stream_may_end_in_an_error_reply_or_in_a_broken_connection()
    {
        using var server = new FakeQmpServer();
        await using var client = await Connect(server);
        var refusing = new Subject<string>();
        server.On("a", QmpAnswer.From(refusing));
        var refused = Execute(client, "a");
        refusing.OnError(new QmpCommandException("a", new QmpError("GenericError", "no")));
        Assert.Equal("no", (await Assert.ThrowsAsync<QmpCommandException>(() => refused)).Description);
        var breaking = new Subject<string>();
        server.On("b", QmpAnswer.From(breaking));
        var broken = Execute(client, "b");
        breaking.OnError(new TimeoutException());
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => broken);
    }

    [Fact]
    public async Task A_script_that_throws_ends_the_connection_and_is_not_lost()
    {
        using var server = new FakeQmpServer { Answer = _ => throw new FormatException("mine") };
        await using var client = await Connect(server);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => Execute(client, "a"));
        Assert.Equal("mine", Assert.IsType<FormatException>(server.Fault).Message);
    }

    [Fact]
    public async Task One_client_is_served_at_a_time_and_each_gets_a_greeting_of_its_own()
    {
        using var server = new FakeQmpServer();
        var first = await QmpClient.ConnectAsync(server.Endpoint, Inline(new TestScheduler()), Token);
        await using var second = new QmpClient(Inline(new TestScheduler()));
        var connecting = second.ConnectAsync(server.Endpoint, Token);
        Assert.False(connecting.IsCompleted);
        await first.DisposeAsync();
        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal(2, server.Clients);
        server.ConnectFailure = QmpConnectFailure.AccessDenied;
        var denied = await Assert.ThrowsAsync<QmpConnectException>(
            () => QmpClient.ConnectAsync(server.Endpoint, Inline(new TestScheduler()), Token));
        Assert.Equal(QmpConnectFailure.AccessDenied, denied.Failure);
    }

    [Fact]
    public async Task A_server_told_not_to_read_leaves_the_bytes_where_they_are()
    {
        using var server = new FakeQmpServer(new FakeQmpOptions { Capacity = 64 });
        var client = (DuplexStream)server.ClientEnd;
        server.StopReading();
        await client.WriteAsync(new byte[64], Token);
        Assert.False(client.WriteAsync(new byte[1], Token).IsCompleted);
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task The_queue_is_as_long_as_QEMUs_and_a_command_out_of_band_overtakes_it_only_while_it_is_read()
    {
        using var server = new FakeQmpServer(new FakeQmpOptions { Dispatch = FakeQmpDispatch.LikeQemu });
        var running = new Subject<string>();
        server.On("slow", QmpAnswer.From(running));
        await Write(server, """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}""");
        for (var i = 0; i < 8; i++)
        {
            await Write(server, $$"""{"execute":"slow","id":{{i}}}""");
        }

        await Write(server, """{"exec-oob":"yank","id":"first"}""");
        Assert.Equal("yank", server.Received[^1].Name);
        await Write(server, """{"execute":"slow","id":8}{"exec-oob":"yank","id":"stuck"}""");
        Assert.Equal("8", server.Received[^1].Id);
        var text = await ReadAll(server);
        Assert.Contains("\"id\": \"first\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("stuck", text, StringComparison.Ordinal);

        running.OnCompleted();
        Assert.Contains("\"id\": \"stuck\"", await ReadAll(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_oob_the_queue_holds_one_and_out_of_band_is_refused()
    {
        using var server = new FakeQmpServer(new FakeQmpOptions { Dispatch = FakeQmpDispatch.LikeQemu });
        var running = new Subject<string>();
        server.On("slow", QmpAnswer.From(running));
        await Write(server, """{"execute":"early"}{"execute":"qmp_capabilities"}{"execute":"qmp_capabilities"}""");
        await Write(server, """{"exec-oob":"yank","id":1}{"what":1}{"a" 1}{"execute":"slow"}{"execute":"next"}""");
        Assert.Equal("slow", server.Received[^1].Name);
        var text = await ReadAll(server);
        Assert.Equal(5, text.Split("\"error\"").Length - 1);
        Assert.Contains("'exec-oob' is unexpected", text, StringComparison.Ordinal);
        running.OnCompleted();
        Assert.Equal("next", server.Received[^1].Name);
    }

    [Fact]
    public async Task It_listens_on_a_real_socket()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var path = Path.Combine(home.FullName, "qmp");
            using var server = new FakeQmpServer();
            var options = new QmpClientOptions { Scheduler = new TestScheduler() };
            using (server.Listen(path))
            {
                await using var client = await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), options, Token);
                Assert.Equal("{}", (await Execute(client, "query-status")).GetElement().GetRawText());
                server.HangUp();
                await Assert.ThrowsAsync<QmpDisconnectedException>(() => Execute(client, "query-status"));
                await using var second = await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), options, Token);
                Assert.Equal(2, server.Clients);
            }

            Assert.False(File.Exists(path));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task Write(FakeQmpServer server, string text) =>
        await server.ClientEnd.WriteAsync(Encoding.UTF8.GetBytes(text), Token);

    /// <summary>What there is to read now.</summary>
    private static async Task<string> ReadAll(FakeQmpServer server)
    {
        var buffer = new byte[64 * 1024];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, await server.ClientEnd.ReadAsync(buffer, Token)));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"half\": ")]
    [InlineData("[1]")]
    public void Text_of_a_script_that_is_no_message_goes_out_as_it_is(string text)
    {
        Assert.Equal(text, QmpText.WithId(text, "7"));
        Assert.Equal(text == "[1]" ? "[\r\n    1\r\n]\r\n" : text, QmpText.Styled(text, FakeQmpStyle.Pretty));
    }
}
