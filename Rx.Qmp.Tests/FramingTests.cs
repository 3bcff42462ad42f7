using System.Text;
using System.Text.Json;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

public class FramingTests
{
    [Theory]
    [InlineData((64 * 1024) - 1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(207_009)]
    [InlineData(1024 * 1024)]
    [InlineData(16 * 1024 * 1024)]
    public async Task Trap06_large_replies_arrive_whole(int size)
    {
        using var rig = QmpRig.Connected();
        string text = new('s', size - 2);
        rig.Server.Answer = command => command.Return($"\"{text}\"");
        var reply = await rig.Execute("query-qmp-schema");
        Assert.Equal(size, reply.Json.Length);
        Assert.Equal(text, reply.GetElement().GetString());
        rig.Server.Answer = command => command.Return();
        Assert.True(rig.Execute("query-status").IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Trap06_a_reply_over_the_cap_is_a_clear_error_and_frees_every_waiter()
    {
        using var rig = QmpRig.Connected(options => options with { MaxFrameBytes = 100_000 });
        rig.Server.Answer = _ => null;
        var waiters = Enumerable.Range(0, 12).Select(i => rig.Execute($"query-{i}")).ToArray();
        rig.Server.Send(rig.Server.Last("query-0").Return($"\"{new string('s', 100_000)}\""));
        foreach (var waiter in waiters)
        {
            var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiter);
            Assert.Equal(QmpProtocolFault.TooLarge, Assert.IsType<QmpProtocolException>(error.InnerException).Fault);
        }

        Assert.Equal(QmpProtocolFault.TooLarge, Assert.IsType<QmpProtocolException>(rig.States[^1].Cause).Fault);
        Assert.True(rig.Server.ClientIsGone);
    }

    [Fact]
    public async Task Trap09_a_pretty_server_is_understood()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = command => Pretty(command.Return()) });
        var connecting = rig.Connect();
        rig.Server.Send(Pretty(QmpRig.Greeting));
        Assert.True(connecting.IsCompletedSuccessfully);
        rig.Server.Send(Pretty(Events.Named("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}""")));
        Assert.Equal(["SHUTDOWN"], rig.EventNames);
        rig.Server.Answer = command => Pretty(command.Return("""{"running": true, "list": [1, [2], {}]}"""));
        var reply = await rig.Execute("query-status");
        Assert.True(reply.GetElement().GetProperty("running").GetBoolean());
    }

    [Fact]
    public async Task Trap09_touching_objects_and_missing_newlines_are_understood()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => (Events.Stop + Events.Named("A") + command.Return("1") + Events.Named("B")).Replace("\r\n", "");
        Assert.Equal(1, (await rig.Execute("query-a")).GetElement().GetInt32());
        Assert.Equal(["STOP", "A", "B"], rig.EventNames);
        Assert.Equal(1, (await rig.Execute("query-a")).GetElement().GetInt32());
    }

    [Fact]
    public async Task Trap09_a_conversation_dripping_in_byte_by_byte_is_understood()
    {
        using var rig = new QmpRig(server: new FakeQmpServer(QmpRig.ByHand) { Answer = _ => null });
        var connecting = rig.Connect();
        rig.Server.Drip(QmpRig.Greeting + Pretty(Events.Stop) + rig.Server.Received[0].Return());
        Assert.True(connecting.IsCompletedSuccessfully);
        var reply = rig.Execute("query-a");
        rig.Server.Drip(rig.Server.Last("query-a").Return("\"}{\""));
        Assert.Equal("}{", (await reply).GetElement().GetString());
        Assert.Equal(["STOP"], rig.EventNames);
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_message_says_so()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiting = rig.Execute("query-a");
        rig.Server.Send("{\"return\": {");
        rig.Server.HangUp();
        var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting);
        Assert.Equal(QmpProtocolFault.Truncated, Assert.IsType<QmpProtocolException>(error.InnerException).Fault);
    }

    [Fact]
    public void Bytes_that_start_no_object_end_the_connection()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send("QEMU 7.2.22 monitor - type 'help'\r\n");
        Assert.Equal(QmpProtocolFault.NotAnObject, Assert.IsType<QmpProtocolException>(rig.States[^1].Cause).Fault);
    }

    public static TheoryData<string> Nasty =>
    [
        "{\"event\": \"\\ud800\", \"data\": {\"a\": \"\\udc00\"}}",
        "{\"event\": \"A\", \"data\": {\"\\ud800\": \"\\ud800\\ud800\"}}",
        "{\"\\ud800\": 1}",
        "{\"\\u0065vent\": \"ESCAPED\"}",
        "{\"event\": 7}",
        "{\"event\": null, \"data\": 1}",
        "{\"event\": {\"event\": \"A\"}}",
        "{\"event\": \"A\", \"event\": \"B\"}",
        "{\"event\": \"A\", \"timestamp\": 3}",
        "{\"event\": \"A\", \"timestamp\": {\"seconds\": 1e400, \"microseconds\": \"x\"}}",
        "{\"event\": \"A\", \"timestamp\": {\"seconds\": {}, \"microseconds\": [[]], \"\\ud800\": 1}}",
        "{\"event\": \"A\", \"data\": [1, 2]}",
        "{\"event\": \"A\\u0000B\", \"data\": \"\\u007f\"}",
        "{\"event\": \"A\", \"return\": 1, \"error\": 2, \"QMP\": 3}",
        "{\"return\": 1, \"return\": 2}",
        "{\"error\": null}",
        "{\"error\": {\"class\": 3, \"desc\": {}}}",
        "{\"error\": {\"class\": \"\\ud800\", \"desc\": \"\\udfff\"}}",
        "{\"QMP\": null}",
        "{\"QMP\": {\"version\": []}}",
        "{\"id\": 0, \"id\": 1}",
        "{\"a\": 1e99999999999999999999, \"b\": -0.0000000000000000000000000001E-400}",
        "{\"a\": 01}",
        "{\"a\" 1}",
        "{\"a\": tru}",
        "{\"a\": 1,}",
        "{'a': 1}",
        "{\"a\": \"\\x\"}",
        "{\"a\": \"\\u12\"}",
        "{\"a\": \"raw\nnewline\"}",
        "{\"a\": [}{]}",
        "{}",
    ];

    [Theory]
    [MemberData(nameof(Nasty))]
    public async Task Trap40_nasty_messages_are_counted_or_delivered_and_harm_nothing(string nasty)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiting = rig.Execute("query-a");
        rig.Server.Send(nasty + "\r\n");
        await StillInStep(rig, waiting);
    }

    [Fact]
    public async Task Trap40_broken_utf8_and_control_bytes_harm_nothing()
    {
        byte[][] bodies = [[0xc3], [0xed, 0xa0, 0x80], [0xff, 0xfe], [0], [0x7f], [0xf0, 0x9f, 0x98], [0x80, 0x80]];
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiting = rig.Execute("query-a");
        foreach (var body in bodies)
        {
            rig.Server.Send([.. "{\"event\": \""u8, .. body, .. "\", \"data\": {\"x\": \""u8, .. body, .. "\"}}"u8]);
            rig.Server.Send([.. "{\"error\": {\"class\": \""u8, .. body, .. "\", \"desc\": \""u8, .. body, .. "\"}}"u8]);
        }

        List<ShutdownEvent> typed = [];
        rig.Client.EventsOf<ShutdownEvent>().Subscribe(typed.Add);
        rig.Server.Send([.. "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": false, \"reason\": \""u8, .. bodies[0], .. "\"}}"u8]);
        await StillInStep(rig, waiting);
        Assert.Equal("\ufffd", Assert.Single(typed).Reason.Text);
    }

    [Fact]
    public async Task Trap40_a_megabyte_string_and_the_deepest_allowed_nesting_pass()
    {
        using var rig = QmpRig.Connected();
        string big = new('x', 1024 * 1024);
        rig.Server.Answer = command => command.Return($"\"{big}\"");
        Assert.Equal(big, (await rig.Execute("query-big")).GetElement().GetString());
        var deep = new string('[', 1023) + new string(']', 1023);
        rig.Server.Answer = command => command.Return(deep);
        Assert.Equal(deep, (await rig.Execute("query-deep")).GetElement().GetRawText());
        rig.Server.Answer = command => command.Return($"[{deep}]");
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => rig.Execute("query-too-deep"));
        Assert.Equal(QmpProtocolFault.TooDeep, Assert.IsType<QmpProtocolException>(rig.States[^1].Cause).Fault);
    }

    [Theory]
    [InlineData("{\"id\": 0, \"return\": 1, \"error\": {}}")]
    [InlineData("{\"id\": 0, \"return\": 1, \"return\": 2}")]
    [InlineData("{\"id\": 0, \"return\": 1, \"event\": \"A\"}")]
    [InlineData("{\"id\": 0, \"return\": nope}")]
    public async Task Trap40_a_malformed_reply_fails_its_own_command_only(string reply)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var spoiled = rig.Execute("query-spoiled");
        var other = rig.Execute("query-other");
        rig.Server.Send(reply);
        var error = await Assert.ThrowsAsync<QmpProtocolException>(() => spoiled);
        Assert.Equal((QmpProtocolFault.MalformedReply, "query-spoiled"), (error.Fault, error.Command));
        rig.Server.Send(rig.Server.Last("query-other").Return());
        Assert.True(other.IsCompletedSuccessfully);
        Assert.Equal(1, rig.Client.Statistics.MalformedMessages);
    }

    [Theory]
    [InlineData("{\"id\": ID, \"return\": \"a\u0001b\"}")]
    [InlineData("{\"return\": \"a\u0001b\", \"id\": ID}")]
    [InlineData("{\"return\": {\"x\": \"line\nbreak\"} ,\r\n\t\"id\" : ID }")]
    [InlineData("{\"error\": {\"class\": \"GenericError\", \"desc\": \"a\tb\"}, \"id\": ID}")]
    public async Task Trap40_a_raw_control_character_spoils_its_reply_and_no_other(string reply)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var spoiled = rig.Execute("query-spoiled");
        var other = rig.Execute("query-other");
        var command = rig.Server.Last("query-spoiled").Return();
        var id = System.Text.RegularExpressions.Regex.Match(command, "\"id\": ([0-9]+)").Groups[1].Value;
        rig.Server.Send(reply.Replace("ID", id, StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<QmpProtocolException>(() => spoiled);
        Assert.Equal((QmpProtocolFault.MalformedReply, "query-spoiled"), (error.Fault, error.Command));
        Assert.False(other.IsCompleted);
        rig.Server.Send(rig.Server.Last("query-other").Return());
        Assert.True(other.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("{\"return\": \"\u0001, \\\"id\\\": 1\"}")]
    [InlineData("{\"return\": \"\u0001\", \"xid\": 1}")]
    [InlineData("{\"return\": \"\u0001\", \"id\": -1}")]
    [InlineData("{\"return\": \"\u0001\", \"id\": 111}")]
    [InlineData("{\"return\": [\"\u0001\", {\"id\": 1}]}")]
    public void Trap40_what_only_looks_like_an_id_at_the_end_answers_nobody(string message)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        var waiting = Enumerable.Range(0, 8).Select(number => rig.Execute($"query-{number}")).ToArray();
        rig.Server.Send(message);
        Assert.Equal(1, rig.Client.Statistics.MalformedMessages);
        Assert.DoesNotContain(waiting, command => command.IsCompleted);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "\n")]
    public async Task A_newline_follows_each_command_for_servers_that_read_lines_if_asked_for(bool wanted, string end)
    {
        var (server, clientEnd) = DuplexStream.CreatePair(inline: true);
        using var rig = new QmpRig(options => options with { NewlineAfterCommand = wanted });
        _ = rig.Client.ConnectAsync(clientEnd, TestContext.Current.CancellationToken);
        server.Write(System.Text.Encoding.UTF8.GetBytes(QmpRig.Greeting + "{\"return\": {}, \"id\": 0}"));
        _ = rig.Execute("query-a");
        var bytes = new byte[1024];
        var count = await server.ReadAsync(bytes, TestContext.Current.CancellationToken);
        var handshake = """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}""";
        Assert.Equal(
            $$"""{{handshake}}{{end}}{"execute":"query-a","id":0}{{end}}""", System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, count)));
    }

    [Fact]
    public async Task Trap40_malformed_messages_are_tolerated_up_to_a_limit()
    {
        using var rig = QmpRig.Connected(options => options with { MaxMalformedMessages = 3 });
        rig.Server.Answer = _ => null;
        var waiting = rig.Execute("query-a");
        rig.Server.Send("{1}{2}{3}");
        Assert.Equal((3, QmpConnectionPhase.Ready), (rig.Client.Statistics.MalformedMessages, rig.Phase));
        rig.Server.Send("{4}" + rig.Server.Last("query-a").Return());
        var error = await Assert.ThrowsAsync<QmpDisconnectedException>(() => waiting);
        Assert.Equal(QmpProtocolFault.TooManyMalformed, Assert.IsType<QmpProtocolException>(error.InnerException).Fault);
        Assert.True(rig.Server.ClientIsGone);
    }

    [Fact]
    public async Task Trap40_random_damage_ends_in_order_or_in_a_typed_loss()
    {
        var seed = Seeds.Of(42);
        var random = new Random(seed);
        for (var round = 0; round < 1500; round++)
        {
            using var rig = QmpRig.Connected();
            rig.Server.Answer = _ => null;
            var waiting = rig.Execute("query-a");
            var bytes = Encoding.UTF8.GetBytes(
                Events.DeviceDeleted("disk0") + rig.Server.Last("query-a").Return("""{"a": [1, {"b": "c\\\"d"}]}""") + Events.Stop);
            for (var damage = random.Next(1, 5); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            rig.Server.Send(bytes);
            foreach (var item in rig.Events)
            {
                Read(item);
            }

            rig.Server.HangUp();
            Assert.Equal(QmpConnectionPhase.Lost, rig.Phase);
            Assert.True(waiting.IsCompleted);
            if (waiting.IsFaulted)
            {
                Assert.IsAssignableFrom<QmpException>(waiting.Exception!.InnerException);
            }
            else
            {
                Read((await waiting).GetElement);
            }
        }
    }

    private static async Task StillInStep(QmpRig rig, Task<QmpReply> waiting)
    {
        Assert.False(waiting.IsCompleted);
        Assert.Equal(QmpConnectionPhase.Ready, rig.Phase);
        rig.Server.Send(Events.Named("MARK") + rig.Server.Last("query-a").Return("\"mine\""));
        Assert.Equal("mine", (await waiting).GetElement().GetString());
        Assert.Equal("MARK", rig.Events[^1].Name);
        foreach (var item in rig.Events)
        {
            Read(item);
        }
    }

    private static void Read(QmpEvent item)
    {
        Assert.NotNull(item.Name);
        Read(item.GetDataElement);
    }

    /// <summary>Reading what arrived works or fails in one way only.</summary>
    private static void Read(Func<JsonElement> read)
    {
        try
        {
            read();
        }
        catch (QmpProtocolException fault)
        {
            Assert.Equal(QmpProtocolFault.UnexpectedShape, fault.Fault);
        }
    }

    private static string Pretty(string message)
    {
        using var document = JsonDocument.Parse(message);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, IndentSize = 4, NewLine = "\r\n" }))
        {
            document.RootElement.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\r\n";
    }
}
