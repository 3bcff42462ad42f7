using System.Reactive.Linq;
namespace Rx.Qmp.Tests;

public class EventBufferTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trap05_the_latest_per_key_waits_in_the_place_of_the_first()
    {
        using var rig = await Stuck();
        List<string> seen = [];
        List<QmpEventLoss> losses = [];
        var buffer = QmpEventBuffer.Latest(10, QmpEventKey.Member("id")) with { OnLoss = losses.Add };
        rig.Client.ObserveEvents(buffer).Subscribe(item => seen.Add(Text(item)));
        rig.Server.Send(Job("a", "created") + Job("b", "created") + Job("a", "running") + Events.Stop + Job("a", "concluded"));
        Assert.Empty(seen);
        rig.Advance(1);
        Assert.Equal([Data("a", "concluded"), Data("b", "created"), ""], seen);
        Assert.Equal([new QmpEventLoss(0, 2)], losses);
        Assert.Equal(2, rig.Client.Statistics.DroppedEvents);
        rig.Server.Send(Job("a", "null") + Job("b", "null"));
        rig.Advance(1);
        Assert.Equal([Data("a", "null"), Data("b", "null")], seen[3..]);
        Assert.Single(losses);
    }

    [Fact]
    public async Task Trap05_keys_are_bounded_too_and_the_oldest_goes()
    {
        using var rig = await Stuck();
        List<string> names = [];
        QmpEventLoss loss = default;
        rig.Client.ObserveEvents(QmpEventBuffer.Latest(3) with { OnLoss = now => loss = now }).Subscribe(item => names.Add(item.Name));
        for (var i = 0; i < 1000; i++)
        {
            rig.Server.Send(Events.Named("E" + i));
        }

        rig.Server.Send(Events.Named("E998"));
        rig.Advance(1);
        Assert.Equal(["E997", "E998", "E999"], names);
        Assert.Equal(new QmpEventLoss(997, 1), loss);
    }

    [Theory]
    [InlineData("""{"device": "disk0", "path": "/p"}""", """{"device": "disk1", "path": "/p"}""", false)]
    [InlineData("""{"device": "", "node-name": "n0"}""", """{"node-name": "n0"}""", true)]
    [InlineData("""{"device": "", "node-name": "n0"}""", """{"device": "", "node-name": "n1"}""", false)]
    [InlineData("""{"qom-path": "/a"}""", """{"x": [{"device": "d"}], "qom-path": "/a"}""", true)]
    [InlineData("{}", "{}", true)]
    [InlineData("{}", """{"device": {"device": "d"}}""", true)]
    public async Task The_device_key_tells_apart_what_events_are_about(string first, string second, bool same)
    {
        using var rig = await Stuck();
        var count = 0;
        rig.Client.ObserveEvents(QmpEventBuffer.Latest(9, QmpEventKey.Device)).Subscribe(_ => count++);
        rig.Server.Send(Events.Named("BLOCK_IO_ERROR", first) + Events.Named("BLOCK_IO_ERROR", second) + Events.Named("OTHER", first));
        rig.Advance(1);
        Assert.Equal(same ? 2 : 3, count);
    }

    [Fact]
    public async Task Trap05_an_unbounded_subscriber_gets_everything()
    {
        using var rig = await Stuck();
        List<string> seen = [];
        rig.Client.ObserveEvents(QmpEventBuffer.Unbounded).Subscribe(item => seen.Add(item.Name));
        rig.Client.ObserveEvents(QmpEventBuffer.DropNewest(2)).Subscribe();
        for (var i = 0; i < 10_000; i++)
        {
            rig.Server.Send(Events.Named("E" + i));
        }

        rig.Server.HangUp();
        rig.Advance(1);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => "E" + i), seen);
    }

    [Fact]
    public async Task Trap05_losses_are_told_before_the_next_event_and_before_the_end()
    {
        using var rig = await Stuck();
        List<string> story = [];
        var buffer = QmpEventBuffer.DropOldest(1) with { OnLoss = loss => story.Add($"lost {loss.Dropped}") };
        rig.Client.ObserveEvents(buffer).Subscribe(item => story.Add(item.Name), () => story.Add("end"));
        var newest = QmpEventBuffer.DropNewest(1) with { OnLoss = loss => story.Add($"newest lost {loss.Dropped}") };
        rig.Client.ObserveEvents(newest).Subscribe(item => story.Add("newest " + item.Name));
        rig.Server.Send(Events.Named("A") + Events.Named("B") + Events.Named("C"));
        rig.Advance(1);
        Assert.Equal(["lost 2", "C", "newest lost 2", "newest A"], story);
        story.Clear();
        rig.Server.Send(Events.Named("D"));
        rig.Server.HangUp();
        rig.Advance(1);
        Assert.Equal(["D", "end", "newest D"], story);
    }

    [Fact]
    public async Task Trap32_a_throwing_loss_callback_counts_as_a_throwing_subscriber()
    {
        using var rig = await Stuck();
        var delivered = 0;
        var buffer = QmpEventBuffer.DropOldest(1) with { OnLoss = _ => throw new FormatException("mine") };
        rig.Client.ObserveEvents(buffer).Subscribe(_ => delivered++);
        rig.Server.Send(Events.Named("A") + Events.Named("B"));
        rig.Advance(1);
        rig.Server.Send(Events.Named("C"));
        rig.Advance(1);
        Assert.Equal(0, delivered);
        Assert.Equal(1, rig.Client.Statistics.FailedObservers);
    }

    [Fact]
    public void What_is_no_policy_is_refused()
    {
        using var rig = QmpRig.Connected();
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Client.ObserveEvents(QmpEventBuffer.Latest(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Client.ObserveEvents(new QmpEventBuffer(1, (QmpEventOverflow)99)));
        Assert.Throws<ArgumentOutOfRangeException>(() => rig.Client.ReadEvents(QmpEventBuffer.DropOldest(0)));
        Assert.ThrowsAny<ArgumentException>(() => QmpEventKey.Member(""));
    }

    [Theory]
    [InlineData("""{"device": "disk0"}""", true)]
    [InlineData("""{"id": "disk0"}""", true)]
    [InlineData("""{"node-name": "disk0", "device": ""}""", true)]
    [InlineData("""{"path": "/machine/peripheral/disk0"}""", true)]
    [InlineData("""{"qom-path": "/machine/peripheral/disk0"}""", true)]
    [InlineData("""{"path": "/machine/peripheral/disk0/virtio-backend"}""", false)]
    [InlineData("""{"path": "/machine/peripheral/xdisk0"}""", false)]
    [InlineData("""{"path": "disk0"}""", true)]
    [InlineData("""{"device": "/disk0"}""", false)]
    [InlineData("""{"name": "disk0", "other": {"device": "disk0"}}""", false)]
    [InlineData("""{"device": 7, "id": ["disk0"], "path": null}""", false)]
    [InlineData("""{"path": "\ud800/disk0", "device": "disk0"}""", false)]
    [InlineData("""[{"device": "disk0"}]""", false)]
    [InlineData("{}", false)]
    public void Events_of_a_device_are_those_that_name_it(string data, bool expected)
    {
        using var rig = QmpRig.Connected();
        List<string> seen = [];
        rig.Client.Events.Where(item => item.Concerns("disk0")).Subscribe(item => seen.Add(item.Name));
        rig.Server.Send(Events.Named("SOME", data) + Events.Stop + Events.Named("SURE", """{"device": "disk0"}"""));
        Assert.Equal(expected ? ["SOME", "SURE"] : ["SURE"], seen);
    }

    [Fact]
    public async Task A_reader_has_what_came_since_it_was_made_and_ends_with_the_connection()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send(Events.Named("BEFORE"));
        using var reader = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(100));
        rig.Server.Send(Events.Named("A") + Events.Named("B"));
        List<string> seen = [];
        var reading = ReadAll();
        Assert.Equal(["A", "B"], seen);
        rig.Server.Send(Events.Named("C"));
        Assert.Equal(["A", "B", "C"], seen);
        Assert.False(reader.Completion.IsCompleted);
        rig.Server.HangUp();
        Assert.True(reading.IsCompletedSuccessfully);
        await reader.Completion;

        async Task ReadAll()
        {
            await foreach (var item in reader.ReadAllAsync(Token).ConfigureAwait(false))
            {
                seen.Add(item.Name);
            }
        }
    }

    [Fact]
    public async Task Trap05_a_reader_that_does_not_read_loses_by_its_policy_and_tells()
    {
        using var rig = QmpRig.Connected();
        using var oldest = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(2));
        using var latest = rig.Client.ReadEvents(QmpEventBuffer.Latest(2));
        using var strict = rig.Client.ReadEvents(QmpEventBuffer.Fail(2));
        rig.Server.Send(Events.Named("A") + Events.Named("B") + Events.Named("A") + Events.Named("C"));
        rig.Server.HangUp();
        Assert.Equal(["A", "C"], Drain(oldest));
        Assert.Equal(new QmpEventLoss(2, 0), oldest.Loss);
        Assert.Equal(["B", "C"], Drain(latest));
        Assert.Equal(new QmpEventLoss(1, 1), latest.Loss);
        await Task.WhenAll(oldest.Completion, latest.Completion);
        Assert.Empty(Drain(strict));
        await Assert.ThrowsAsync<QmpEventOverflowException>(() => strict.WaitToReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<QmpEventOverflowException>(() => strict.Completion);
    }

    [Fact]
    public void Trap05_a_reader_that_lost_events_is_told_before_the_next_and_the_loss_is_counted()
    {
        using var rig = QmpRig.Connected();
        List<string> story = [];
        using var reader = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(2) with { OnLoss = loss => story.Add($"lost {loss.Dropped}") });
        using var latest = rig.Client.ReadEvents(QmpEventBuffer.Latest(2));
        rig.Server.Send(string.Concat(Enumerable.Range(0, 100).Select(number => Events.Named($"E{number}"))));
        Assert.Empty(story);
        Assert.Equal(98 + 98, rig.Client.Statistics.DroppedEvents);
        while (reader.TryRead(out var item))
        {
            story.Add(item.Name);
        }

        Assert.Equal(["lost 98", "E98", "E99"], story);
    }

    [Fact]
    public async Task A_disposed_reader_gives_what_it_has_and_then_ends()
    {
        using var rig = QmpRig.Connected();
        using var reader = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(9));
        rig.Server.Send(Events.DeviceDeleted("d"));
        reader.Dispose();
        rig.Server.Send(Events.DeviceDeleted("d"));
        Assert.Equal(1, reader.Count);
        Assert.True(await reader.WaitToReadAsync(Token));
        Assert.Equal(["DEVICE_DELETED"], Drain(reader));
        Assert.False(await reader.WaitToReadAsync(Token));
        await reader.Completion;
    }

    [Fact]
    public async Task A_reader_may_stop_waiting_and_wait_again()
    {
        using var rig = QmpRig.Connected();
        using var reader = rig.Client.ReadEvents(QmpEventBuffer.DropOldest(9));
        using var stop = new CancellationTokenSource();
        var waiting = reader.WaitToReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var again = reader.WaitToReadAsync(Token).AsTask();
        rig.Server.Send(Events.Stop);
        Assert.True(await again);
    }

    private static async Task<QmpRig> Stuck()
    {
        // Observers run on the virtual clock, which stands still until it is advanced.
        var rig = new QmpRig(options => options with { InlineContinuations = false });
        var connecting = rig.Connect();
        rig.Server.Send(QmpRig.Greeting);
        await connecting;
        return rig;
    }

    private static string[] Drain(QmpEventReader reader)
    {
        List<string> names = [];
        while (reader.TryRead(out var item))
        {
            names.Add(item.Name);
        }

        return [.. names];
    }

    private static string Data(string id, string status) => $$"""{"status": "{{status}}", "id": "{{id}}"}""";

    private static string Job(string id, string status) => Events.Named("JOB_STATUS_CHANGE", Data(id, status));

    private static string Text(QmpEvent item) => System.Text.Encoding.UTF8.GetString(item.Data.Span);
}
