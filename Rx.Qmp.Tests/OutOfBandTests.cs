using System.Reactive.Subjects;

namespace Rx.Qmp.Tests;

public class OutOfBandTests
{
    private static readonly FakeQmpOptions LikeQemu = new() { Dispatch = FakeQmpDispatch.LikeQemu, Capabilities = ["oob", "new"] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<QmpRig> Connect(FakeQmpServer server, Func<QmpClientOptions, QmpClientOptions>? adjust = null)
    {
        var rig = new QmpRig(adjust, server);
        await rig.Connect();
        return rig;
    }

    private static Task<QmpReply> Yank(QmpRig rig) =>
        rig.Client.ExecuteOobAsync(QmpCommand.Create("yank"), Token);

    [Fact]
    public async Task Trap19_a_command_out_of_band_is_answered_while_a_hundred_in_band_wait()
    {
        var server = new FakeQmpServer(LikeQemu);
        var running = new Subject<string>();
        server.On("slow", QmpAnswer.From(running)).On("yank", QmpAnswer.Value("\"yanked\""));
        using var rig = await Connect(server);
        var slow = Enumerable.Range(0, 100).Select(_ => rig.Execute("slow")).ToArray();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("yanked", (await Yank(rig)).GetElement().GetString());
        }

        Assert.All(slow, task => Assert.False(task.IsCompleted));
        Assert.StartsWith("""{"exec-oob":"yank",""", server.Last("yank").Raw, StringComparison.Ordinal);
        Assert.Equal(8, server.Received.Count(command => command.Name == "slow"));

        // And then the hundred have their turn.
        while (Array.Exists(slow, task => !task.IsCompleted))
        {
            running.OnNext("""{"return": 1}""");
            var (done, next) = (running, new Subject<string>());
            running = next;
            server.On("slow", QmpAnswer.From(next));
            done.OnCompleted();
        }

        Assert.All(slow, task => Assert.True(task.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Trap19_an_overtaking_reply_goes_to_its_own_command_whatever_the_order()
    {
        var server = new FakeQmpServer { Answer = _ => null };
        using var rig = await Connect(server);
        var inBand = rig.Execute("query-a");
        var first = Yank(rig);
        var second = Yank(rig);
        var third = Yank(rig);
        var sent = server.Received.Where(command => command.IsOutOfBand).ToArray();
        Assert.Equal(2, sent.Length);
        Assert.Distinct(server.Received.Skip(1).Select(command => command.Id));
        server.Send(sent[1].Return("2") + server.Last("query-a").Return("0") + sent[0].Return("1"));
        Assert.Equal(0, (await inBand).GetElement().GetInt32());
        Assert.Equal((1, 2), ((await first).GetElement().GetInt32(), (await second).GetElement().GetInt32()));
        Assert.False(third.IsCompleted);
        server.Send(server.Received[^1].Return("3"));
        Assert.Equal(3, (await third).GetElement().GetInt32());
    }

    [Fact]
    public async Task Trap20_of_the_capabilities_on_offer_the_known_one_is_enabled_and_ids_are_sent()
    {
        var server = new FakeQmpServer(LikeQemu);
        using var rig = await Connect(server);
        Assert.Equal("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}""", server.RawReceived);
        Assert.Equal(["oob", "new"], rig.Client.Greeting!.Capabilities);
        await rig.Execute("query-status");
        Assert.Equal("0", server.Last("query-status").Id);
        await Yank(rig);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[\"new\"]")]
    [InlineData("[{\"oob\": true}, 7]")]
    public async Task Trap20_without_the_capability_everything_else_works_and_out_of_band_is_refused(string capabilities)
    {
        var server = new FakeQmpServer(QmpRig.ByHand)
        {
            Answer = command => command.Arguments.ValueKind == System.Text.Json.JsonValueKind.Undefined
                ? command.Return()
                : command.Error("GenericError", "capability oob not available"),
        };
        server.Send(QmpRig.Greeting.Replace("[\"oob\"]", capabilities, StringComparison.Ordinal));
        using var rig = await Connect(server);
        Assert.True(rig.Execute("query-status").IsCompletedSuccessfully);
        Assert.Equal(QmpConnectionFeature.OutOfBand, (await Assert.ThrowsAsync<QmpUnsupportedException>(() => Yank(rig))).Need);
        Assert.DoesNotContain(server.Received, command => command.IsOutOfBand);
    }

    [Fact]
    public async Task Trap34_a_command_is_one_write_and_what_waits_meanwhile_is_one_write_too()
    {
        var server = new FakeQmpServer { Answer = _ => null };
        var counted = new CountedStream(server.ClientEnd);
        using var rig = new QmpRig(server: server);
        await rig.Client.ConnectAsync(counted, Token);
        var before = counted.Writes;
        _ = rig.Client.ExecuteAsync(TestCommands.AddImage("n0", "/a", readOnly: true), Token);
        Assert.Equal(before + 1, counted.Writes);
        _ = Enumerable.Range(0, 27).Select(i => rig.Execute($"query-{i}")).ToArray();
        Assert.Equal(before + 8, counted.Writes);

        // Eight replies in one segment let eight more go, in one write.
        server.Send(string.Concat(server.Received.Skip(1).Select(command => command.Return())));
        Assert.Equal(before + 9, counted.Writes);
        Assert.Equal(17, server.Received.Count);
    }

    [Fact]
    public async Task Trap34_replies_in_one_segment_are_one_read()
    {
        var server = new FakeQmpServer { Answer = _ => null };
        var counted = new CountedStream(server.ClientEnd);
        using var rig = new QmpRig(server: server);
        await rig.Client.ConnectAsync(counted, Token);
        var pending = Enumerable.Range(0, 8).Select(i => rig.Execute($"query-{i}")).ToArray();
        var before = counted.Reads;
        server.Send(string.Concat(server.Received.Skip(1).Select(command => command.Return())));
        Assert.All(pending, task => Assert.True(task.IsCompletedSuccessfully));
        Assert.Equal(before + 1, counted.Reads);
    }
}
