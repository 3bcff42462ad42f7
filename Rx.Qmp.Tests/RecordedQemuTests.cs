using System.Reactive.Concurrency;
using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests;

/// <summary>QEMU's own words, recorded once (Transcripts/README.md) and said again to the same code, however they are cut.</summary>
[Slow]
[Collection("RealVm")]
public class RecordedQemuTests
{
    /// <summary>The image's name in the recordings, on whatever machine they were made.</summary>
    private const string Image = "/tmp/rxqmp/image";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. TranscriptScenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "RealVm")]
    public async Task Qemu_still_does_what_was_recorded(string name)
    {
        var scenario = TranscriptScenarios.All[name];
        using var qemu = new QemuUnderTest(scenario.Machine, scenario.Monitor, scenario.More);
        var image = qemu.MakeImage();
        var output = new MemoryStream();
        var scheduler = new TaskPoolScheduler(Task.Factory);
        var endpoint = QmpTranscript.Record(QmpEndpoint.Unix(qemu.SocketPath), () => output, scheduler);
        await using (var client = await QmpClient.ConnectAsync(endpoint, new QmpClientOptions { Scheduler = scheduler }, Token))
        {
            await scenario.Run(client, image);
        }

        var text = Encoding.UTF8.GetString(output.ToArray()).Replace(image, Image, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("RX_TRANSCRIPTS") == "write")
        {
            File.WriteAllText(Locate(name), text);
        }

        Assert.False(QmpTranscript.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))).IsTorn);
        Assert.Equal(Commands(Load(name)), Commands(QmpTranscript.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_recording_replays_to_the_same_code(string name)
    {
        foreach (var style in Enum.GetValues<FakeQmpStyle>())
        {
            using var server = new QmpReplayServer(Load(name), new FakeQmpOptions { Style = style, MaxWriteBytes = 5 });
            var options = new QmpClientOptions { Scheduler = new TestScheduler(), InlineContinuations = true };
            await using (var client = await QmpClient.ConnectAsync(server.ClientEnd, options, Token))
            {
                await TranscriptScenarios.All[name].Run(client, Image);
            }

            server.Verify();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Trap09_every_recording_cut_at_every_byte_gives_the_same_messages(string name)
    {
        foreach (var style in Enum.GetValues<FakeQmpStyle>())
        {
            var bytes = ServerBytes(Load(name), style);
            var whole = Messages(bytes, bytes.Length);
            Assert.Equal(Load(name).Entries.Count(IsServers), whole.Count);
            Assert.All(whole, message => Assert.NotEqual(MessageKind.Malformed, message.Kind));
            for (var cut = 1; cut < bytes.Length; cut++)
            {
                Assert.Equal(whole, Messages(bytes, cut));
            }

            Assert.Equal(whole, Messages(bytes, 1, every: true));
        }
    }

    [Fact]
    public void No_recording_holds_the_secret_that_was_set() => Assert.All(
        TranscriptScenarios.All.Keys, name => Assert.DoesNotContain("hunter2", File.ReadAllText(Locate(name)), StringComparison.Ordinal));

    private static bool IsServers(QmpTranscriptEntry entry) =>
        entry is { From: QmpTranscriptSide.Server, Kind: QmpTranscriptKind.Message };

    private static string Locate(string name) => Snapshot.Locate($"Rx.Qmp.Tests/Transcripts/{name}.jsonl");

    private static QmpTranscript Load(string name) => QmpTranscript.Read(Locate(name));

    private static IEnumerable<string> Commands(QmpTranscript transcript) => transcript.Entries
        .Where(entry => entry is { From: QmpTranscriptSide.Client, Kind: QmpTranscriptKind.Message })
        .Select(entry => Encoding.UTF8.GetString(entry.Message.Span));

    private static byte[] ServerBytes(QmpTranscript transcript, FakeQmpStyle style) => Encoding.UTF8.GetBytes(string.Concat(
        transcript.Entries.Where(IsServers)
            .Select(entry => QmpText.Styled(Encoding.UTF8.GetString(entry.Message.Span) + "\r\n", style))));

    /// <summary>The messages of bytes that come in two pieces, or in many.</summary>
    private static List<(MessageKind Kind, int Slot, int Length, int Hash)> Messages(byte[] bytes, int cut, bool every = false)
    {
        List<(MessageKind, int, int, int)> found = [];
        var buffer = new FrameBuffer(1 << 20, 64);
        for (var at = 0; at < bytes.Length;)
        {
            var end = every ? at + cut : at < cut ? cut : bytes.Length;
            while (at < end)
            {
                var room = buffer.GetRoom().Span;
                var count = Math.Min(room.Length, end - at);
                bytes.AsSpan(at, count).CopyTo(room);
                buffer.Commit(count);
                at += count;
                while (buffer.TryTake(out var frame) == FrameScanStatus.Frame)
                {
                    var header = MessageHeaderReader.Read(frame, 64);
                    var hash = new HashCode();
                    hash.AddBytes(frame);
                    found.Add((header.Kind, header.Slot, frame.Length, hash.ToHashCode()));
                }
            }
        }

        return found;
    }
}
