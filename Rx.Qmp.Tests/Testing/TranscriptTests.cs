using System.Text;
using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests.Testing;

public class TranscriptTests
{
    private const string Good =
        """
        {"us":0,"from":"client","message":{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}}
        {"us":10,"from":"server","message":{"QMP":{"version":{},"capabilities":[]}}}
        {"us":20,"from":"server","message":{"return":{},"id":0}}
        {"us":1000,"from":"client","message":{"execute":"device_add","arguments":{"id":"d0","list":[1,{"a":"***"}]},"id":0}}
        {"us":2000,"from":"server","message":{"event":"A"}}
        {"us":2500000,"from":"server","message":{"return":{"x":1},"id":0}}
        {"us":2500001,"from":"client","end":true}

        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static QmpTranscript Read(string text, QmpTranscriptOptions? options = null) =>
        QmpTranscript.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), options);

    private static Task<QmpClient> Connect(QmpReplayServer server, TestScheduler? time = null) => QmpClient.ConnectAsync(
        server.ClientEnd, new QmpClientOptions { Scheduler = time ?? new TestScheduler(), InlineContinuations = true }, Token);

    private static QmpCommand DeviceAdd(string id, string a, bool more = false) => QmpCommand.Create("device_add", writer =>
    {
        writer.WriteStartArray("list");
        writer.WriteNumberValue(1);
        writer.WriteStartObject();
        writer.WriteString("a", a);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteString("id", id);
        if (more)
        {
            writer.WriteString("more", "");
        }
    });

    [Fact]
    public async Task What_is_recorded_reads_back_in_order_and_with_its_times()
    {
        var time = new TestScheduler();
        using var server = new FakeQmpServer(new FakeQmpOptions { Style = FakeQmpStyle.Pretty, MaxWriteBytes = 7 });
        server.On("query-a", QmpAnswer.Value("[1, 2.50]").Following(QmpText.Event("E")).After(TimeSpan.FromSeconds(1), time));
        var output = new MemoryStream();
        var endpoint = QmpTranscript.Record(server.Endpoint, () => output, time);
        var client = await QmpClient.ConnectAsync(endpoint, new QmpClientOptions { Scheduler = time, InlineContinuations = true }, Token);
        var asked = client.ExecuteAsync(QmpCommand.Create("query-a"), Token);
        time.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        Assert.True(asked.IsCompletedSuccessfully);
        server.Send("{\"half");
        await client.DisposeAsync();

        var transcript = QmpTranscript.Read(new MemoryStream(output.ToArray()));
        Assert.False(transcript.IsTorn);
        Assert.Equal(
            ["Server return", "Client execute", "Server timestamp", "Server return", "Server 6", "Client End"],
            transcript.Entries.Skip(2).Select(entry => $"{entry.From} {Shown(entry)}"));
        Assert.Equal("{\"return\":[1,2.50],\"id\":0}", Encoding.UTF8.GetString(transcript.Entries[5].Message.Span));
        Assert.Equal(TimeSpan.FromSeconds(1), transcript.Entries[5].At);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], transcript.Entries.Select(entry => entry.Line));

        static string Shown(QmpTranscriptEntry entry) => entry.Kind switch
        {
            QmpTranscriptKind.Message => Encoding.UTF8.GetString(entry.Message.Span).Split('"')[1],
            QmpTranscriptKind.End => "End",
            _ => $"{entry.Bytes}",
        };
    }

    [Fact]
    public void A_transcript_cut_anywhere_gives_the_lines_that_are_whole()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var read = QmpTranscript.Read(new MemoryStream(bytes[..length]));
            var text = Encoding.UTF8.GetString(bytes, 0, length);
            var tail = text[(text.LastIndexOf('\n') + 1)..];
            var lostOnlyItsEnd = tail.Length > 0 && (length == bytes.Length || bytes[length] == '\n');
            Assert.Equal(text.Count(c => c == '\n') + (lostOnlyItsEnd ? 1 : 0), read.Entries.Length);
            Assert.Equal(tail.Length > 0 && !lostOnlyItsEnd, read.IsTorn);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"us":1,"from":"client"}""")]
    [InlineData("""{"us":-1,"from":"client","end":true}""")]
    [InlineData("""{"us":9223372036854775807,"from":"client","end":true}""")]
    [InlineData("""{"us":1.5,"from":"client","end":true}""")]
    [InlineData("""{"us":1,"from":"nobody","end":true}""")]
    [InlineData("""{"us":1,"from":7,"end":true}""")]
    [InlineData("""{"us":1,"from":"client","end":false}""")]
    [InlineData("""{"us":1,"from":"client","end":true,"omitted":1}""")]
    [InlineData("""{"us":1,"from":"client","omitted":-1}""")]
    [InlineData("""{"us":1,"from":"client","message":[]}""")]
    [InlineData("""{"us":1,"from":"client","message":{}} {}""")]
    [InlineData("""{"us":1,"from":"client","\ud800":1}""")]
    [InlineData("""{"us":1,"from":"client","message":{"\ud800":""}}""")]
    [InlineData("""{"us":1,"from":"client","message":{"a":["\udc00"]}}""")]
    public void A_line_that_is_no_entry_is_named(string line)
    {
        var error = Assert.Throws<QmpTranscriptException>(() => Read("""{"us":1,"from":"client","end":true}""" + "\n\n" + line + "\n"));
        Assert.Equal(3, error.Line);
        Assert.True(Read(line).IsTorn);
    }

    [Fact]
    public void Lines_and_files_have_limits()
    {
        var options = new QmpTranscriptOptions { MaxLineBytes = 300, MaxBytes = 1000 };
        var line = "{\"us\":1,\"from\":\"client\",\"message\":{\"a\":\"" + new string('x', 257) + "\"}}";
        Assert.Single(Read(line + "\n", options).Entries);
        Assert.Equal(1, Assert.Throws<QmpTranscriptException>(() => Read(line + "  \n", options)).Line);
        Assert.Equal(1, Assert.Throws<QmpTranscriptException>(() => Read(new string('x', 900), options)).Line);
        Assert.Equal(4, Assert.Throws<QmpTranscriptException>(() => Read(string.Concat(Enumerable.Repeat(line + "\n", 4)), options)).Line);
    }

    [Fact]
    public async Task A_message_too_long_for_a_line_and_a_file_that_is_full_end_no_connection()
    {
        var options = new QmpTranscriptOptions { MaxLineBytes = 300, MaxBytes = 1000 };
        var output = new MemoryStream();
        using var server = new FakeQmpServer { Answer = _ => QmpAnswer.Value($"\"{new string('x', 300)}\"") };
        var time = new TestScheduler();
        var stream = QmpTranscript.Record(server.ClientEnd, output, time, options);
        var client = await QmpClient.ConnectAsync(stream, new QmpClientOptions { Scheduler = time, InlineContinuations = true }, Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(client.ExecuteAsync(QmpCommand.Create("query-a"), Token).IsCompletedSuccessfully);
        }

        await client.DisposeAsync();
        var read = QmpTranscript.Read(new MemoryStream(output.ToArray()), options);
        Assert.Contains(read.Entries, entry => entry is { Kind: QmpTranscriptKind.Omitted, From: QmpTranscriptSide.Server, Bytes: > 300 });
        Assert.Equal((true, null), (stream.IsTruncated, stream.Fault));
        Assert.False(read.IsTorn);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_ends_no_connection()
    {
        using var server = new FakeQmpServer();
        var time = new TestScheduler();
        var stream = QmpTranscript.Record(server.ClientEnd, new MemoryStream(new byte[50]), time);
        await using var client = await QmpClient.ConnectAsync(
            stream, new QmpClientOptions { Scheduler = time, InlineContinuations = true }, Token);
        Assert.True(client.ExecuteAsync(QmpCommand.Create("query-a"), Token).IsCompletedSuccessfully);
        Assert.IsType<NotSupportedException>(stream.Fault);
    }

    [Fact]
    public async Task A_client_that_keeps_to_the_transcript_gets_what_was_recorded_whatever_its_ids_and_the_order_of_members()
    {
        using var server = new QmpReplayServer(Read(Good.Replace("\"id\":0}", "\"id\":\"libvirt-17\"}", StringComparison.Ordinal)));
        await using var client = await Connect(server);
        List<string> events = [];
        client.Events.Subscribe(item => events.Add(item.Name));
        var open = Assert.Throws<QmpTranscriptException>(server.Verify);
        Assert.Equal(4, open.Line);
        var reply = await client.ExecuteAsync(DeviceAdd("d0", "whatever"), Token);
        Assert.Equal("{\"x\":1}", Encoding.UTF8.GetString(reply.Json.Span));
        Assert.Equal(["A"], events);
        Assert.True(server.IsFinished);
        server.Verify();
    }

    [Fact]
    public async Task By_a_clock_everything_takes_as_long_as_it_took()
    {
        var time = new TestScheduler();
        using var server = new QmpReplayServer(Read(Good), scheduler: time);
        var connecting = Connect(server, time);
        time.AdvanceBy(TimeSpan.FromMicroseconds(19).Ticks);
        Assert.False(connecting.IsCompleted);
        time.AdvanceBy(TimeSpan.FromMicroseconds(1).Ticks);
        await using var client = await connecting;
        var adding = client.ExecuteAsync(DeviceAdd("d0", ""), Token);
        time.AdvanceBy(TimeSpan.FromMicroseconds(2_498_999).Ticks);
        Assert.False(adding.IsCompleted);
        time.AdvanceBy(TimeSpan.FromMicroseconds(2).Ticks);
        Assert.True(adding.IsCompletedSuccessfully);
    }

    public static TheoryData<QmpCommand, string> Wrong => new()
    {
        { DeviceAdd("d1", ""), "arguments.id should be \"d0\" and is \"d1\"" },
        { DeviceAdd("d0", "", more: true), "arguments.more should not be there" },
        { QmpCommand.Create("query-status"), "execute should be \"device_add\" and is \"query-status\"" },
        { QmpCommand.Create("device_add"), "arguments is missing, it should be {\"id\":\"d0\",\"list\":[1,{\"a\":\"***\"}]}" },
        { QmpCommand.Create("device_add", w => { w.WriteString("id", "d0"); w.WriteStartArray("list"); w.WriteEndArray(); }),
            "arguments.list should have 2 elements and has 0" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_client_that_says_something_else_is_told_the_line_and_the_difference(QmpCommand command, string difference)
    {
        using var server = new QmpReplayServer(Read(Good));
        await using var client = await Connect(server);
        var error = await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync(command, Token));
        Assert.Equal((QmpReplayServer.MismatchClass, $"Transcript line 4: {difference}"), (error.ErrorClass, error.Description));
        Assert.Equal((4, difference), (server.Failure!.Line, server.Failure.Difference));
        Assert.Same(server.Failure, Assert.Throws<QmpTranscriptException>(server.Verify));
        Assert.False(server.IsFinished);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => client.ExecuteAsync(command, Token));
    }

    [Fact]
    public async Task A_client_that_goes_on_after_the_end_or_past_what_was_not_recorded_fails_too()
    {
        using var server = new QmpReplayServer(Read(Good));
        await using var client = await Connect(server);
        await client.ExecuteAsync(DeviceAdd("d0", ""), Token);
        var error = await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync(QmpCommand.Create("more"), Token));
        Assert.Equal("Transcript line 8: the transcript ends here, but the client sent more", error.Description);

        var lines = Good.Split('\n');
        lines[4] = """{"us":2000,"from":"server","omitted":70000}""";
        using var partial = new QmpReplayServer(Read(string.Join('\n', lines)));
        await using var other = await Connect(partial);
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => other.ExecuteAsync(DeviceAdd("d0", ""), Token));
        Assert.Equal(5, partial.Failure!.Line);
    }

    [Fact]
    public async Task While_a_message_of_its_time_is_on_its_way_a_command_from_another_thread_has_to_wait()
    {
        const string timed =
            """
            {"us":0,"from":"client","message":{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}}
            {"us":0,"from":"server","message":{"QMP":{"version":{},"capabilities":[]}}}
            {"us":0,"from":"server","message":{"return":{},"id":0}}
            {"us":1000000,"from":"server","message":{"event":"A"}}
            {"us":1000000,"from":"client","message":{"execute":"stop","id":0}}
            {"us":1000000,"from":"server","message":{"return":{},"id":0}}

            """;
        var time = new TestScheduler();
        using var server = new QmpReplayServer(Read(timed), scheduler: time);
        await using var client = await Connect(server, time);
        bool? wasSaid = null;
        Task? asked = null;
        client.Events.Subscribe(_ =>
        {
            var other = new Thread(() => asked = client.ExecuteAsync(QmpCommand.Create("stop"), Token));
            other.Start();
            other.Join();
            wasSaid = server.IsFinished;
        });
        time.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);
        Assert.False(wasSaid);
        Assert.True(server.IsFinished);
        await asked!;
    }

    [Fact(Timeout = 120_000)]
    public async Task A_recorded_endpoint_of_the_applications_own_that_blocks_is_given_up_in_time()
    {
        var ct = TestContext.Current.CancellationToken;
        using var over = new ManualResetEventSlim();
        var blocks = QmpEndpoint.Create("blocks", _ =>
        {
            over.Wait(ct);
            return new ValueTask<Stream>(Stream.Null);
        });
        var hasty = new QmpClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        var recorded = QmpTranscript.Record(blocks, () => new MemoryStream(), hasty.Scheduler);
        var connecting = Task.Run(() => QmpClient.ConnectAsync(recorded, hasty, ct), ct);
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(60), ct));
        Assert.Equal(QmpConnectFailure.TimedOut, fault.Failure);
        over.Set();
    }

    [Fact]
    public void A_recorded_endpoint_explains_an_early_end_as_the_one_it_records()
    {
        var time = new TestScheduler();
        var recorded = QmpTranscript.Record(QmpEndpoint.Tcp("host", 1, new QmpTls()), () => new MemoryStream(), time);
        var explained = recorded.ExplainEarlyEnd(new QmpDisconnectedException("gone"));
        Assert.Equal(QmpConnectFailure.TlsRefused, Assert.IsType<QmpConnectException>(explained).Failure);
    }
}
