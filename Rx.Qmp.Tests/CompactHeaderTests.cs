using System.Text;
using System.Text.Json;
using Rx.Qmp.Protocol;
using Rx.Qmp.Tests.Wire;

namespace Rx.Qmp.Tests;

/// <summary>The short way must never say anything else than the long one.</summary>
public class CompactHeaderTests
{
    private const string Timestamp = """{"timestamp": {"seconds": 12, "microseconds": 34}""";

    [Theory]
    [InlineData("""{"return": {}, "id": 0}""", 0, "{}")]
    [InlineData("""{"return": {"id": 7}, "id": 3}""", 3, """{"id": 7}""")]
    [InlineData("""{"return": [1, 2], "id": 42}""", 42, "[1, 2]")]
    [InlineData("""{"return": ", \"id\": 5}", "id": 9}""", 9, "\", \\\"id\\\": 5}\"")]
    public void A_reply_is_taken_apart(string message, int slot, string value)
    {
        Assert.True(CompactHeader.TryReply(Encoding.UTF8.GetBytes(message), out var found, out var bytes));
        Assert.Equal((slot, value), (found, Encoding.UTF8.GetString(bytes)));
    }

    [Theory]
    [InlineData("""{"return": {}}""")]
    [InlineData("""{"return": {"a": 1, "id": 3}}""")]
    [InlineData("""{"return": {}, "id": 00}""")]
    [InlineData("""{"return": {}, "id": 100}""")]
    [InlineData("""{"return": {}, "id": "0"}""")]
    [InlineData("""{"return": {}, "id": -1}""")]
    [InlineData("""{"return": , "id": 1}""")]
    [InlineData("""{"id": 1, "return": {}}""")]
    [InlineData("""{"return":{},"id":1}""")]
    [InlineData("{}")]
    public void Other_replies_take_the_long_way(string message) =>
        Assert.False(CompactHeader.TryReply(Encoding.UTF8.GetBytes(message), out _, out var value) && !value.IsEmpty && IsOneValue(value));

    [Theory]
    [InlineData(""", "event": "STOP"}""", "STOP", "")]
    [InlineData(""", "event": "A", "data": {"b": [1]}}""", "A", """{"b": [1]}""")]
    [InlineData(""", "event": ""}""", "", "")]
    public void An_event_is_taken_apart(string rest, string name, string data)
    {
        Assert.True(CompactHeader.TryEvent(Encoding.UTF8.GetBytes(Timestamp + rest), out var at, out var foundName, out var foundData));
        Assert.Equal((12, 34), at);
        Assert.Equal((name, data), (Encoding.UTF8.GetString(foundName), Encoding.UTF8.GetString(foundData)));
    }

    [Theory]
    [InlineData("""{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "STOP"}""")]
    [InlineData("""{"event": "STOP", "timestamp": {"seconds": 12, "microseconds": 34}}""")]
    [InlineData("""{"timestamp": {"seconds": 12, "microseconds": 34}, "event": "ST\u004fP"}""")]
    [InlineData("""{"timestamp": {"seconds": 1234567890123456789012, "microseconds": 34}, "event": "STOP"}""")]
    [InlineData("""{"timestamp": {"seconds": 12, "microseconds": 34}, "event": "STOP", "more": 1}""")]
    public void Other_events_take_the_long_way(string message) =>
        Assert.False(CompactHeader.TryEvent(Encoding.UTF8.GetBytes(message), out _, out _, out _));

    [Fact]
    public void Both_ways_agree_about_every_message_that_is_one_value()
    {
        var seed = Seeds.Of(45);
        var random = new Random(seed);
        var replies = 0;
        var events = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var value = RandomJson.Value(random);
            var tail = random.Next(4) == 0 ? $", \"x\": {RandomJson.Value(random)}" : string.Empty;
            var reply = Encoding.UTF8.GetBytes($"{{\"return\": {value}{tail}, \"id\": {random.Next(120)}}}");
            var item = Encoding.UTF8.GetBytes($"{Timestamp}, \"event\": \"E{random.Next(9)}\", \"data\": {value}{tail}}}");
            replies += Agree(reply) ? 1 : 0;
            events += AgreeOnEvent(item) ? 1 : 0;
        }

        Assert.True(replies > 5000 && events > 5000, $"{replies} replies, {events} events went the short way");
    }

    [Fact]
    public async Task What_follows_the_value_of_a_reply_changes_nothing()
    {
        using var rig = QmpRig.Connected(server: new FakeQmpServer(QmpRig.ByHand)
        {
            Answer = command => command.Name == "qmp_capabilities" ? QmpAnswer.Value() : QmpAnswer.Never,
        });
        const string Status = """{"status": "paused", "singlestep": false, "running": false}""";
        foreach (var reply in new[]
        {
            $$$"""{"return": {{{Status}}}, "id": 0}""",
            $$$"""{"return": {{{Status}}}, "future": [1], "id": 0}""",
            $$$"""{"id": 0, "return": {{{Status}}}}""",
            $$$"""{"return":{{{Status}}},"id":0}""",
        })
        {
            var answer = rig.Client.ExecuteAsync(new QueryStatus(), TestContext.Current.CancellationToken);
            rig.Server.Send(reply);
            Assert.Equal(RunState.Paused, (await answer).Status.Known);
        }

        var twice = rig.Client.ExecuteAsync(new QueryStatus(), TestContext.Current.CancellationToken);
        rig.Server.Send($$$"""{"return": {{{Status}}}, "id": 0, "id": 0}""");
        var fault = await Assert.ThrowsAsync<QmpProtocolException>(async () => await twice);
        Assert.Equal(QmpProtocolFault.MalformedReply, fault.Fault);
    }

    private static bool Agree(ReadOnlySpan<byte> message)
    {
        if (!CompactHeader.TryReply(message, out var slot, out var value) || !IsOneValue(value))
        {
            return false;
        }

        var careful = MessageHeaderReader.Read(message, 1024);
        Assert.Equal((MessageKind.Return, slot), (careful.Kind, careful.Slot));
        Assert.True(value.SequenceEqual(message[careful.Value]));
        return true;
    }

    private static bool AgreeOnEvent(ReadOnlySpan<byte> message)
    {
        if (!CompactHeader.TryEvent(message, out var at, out var name, out var data) || !IsOneValue(data))
        {
            return false;
        }

        var careful = MessageHeaderReader.Read(message, 1024);
        Assert.Equal((MessageKind.Event, at.Seconds, at.Microseconds), (careful.Kind, careful.Seconds, careful.Microseconds));
        Assert.True(name.SequenceEqual(message[careful.Name]) && data.SequenceEqual(message[careful.Data]));
        return true;
    }

    private static bool IsOneValue(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1024 });
            return reader.Read() && reader.TrySkip() && reader.BytesConsumed == json.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
