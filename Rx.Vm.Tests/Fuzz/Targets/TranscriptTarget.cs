using System.Text;
using Rx.Qmp.Testing.Transcripts;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz.Targets;

/// <summary>
/// Files that claim to be transcripts: they are read or refused by line, the same however they are cut; what was read can be replayed to
/// a client that says what is in it, or fails by line; and everything in it can be masked, which leaves JSON.
/// </summary>
internal sealed class TranscriptTarget : FuzzTarget
{
    private const int MaxLineBytes = 1024;

    private static readonly QmpTranscriptOptions Options = new() { MaxLineBytes = MaxLineBytes, MaxBytes = 6000 };

    public override string Name => "transcript";

    public override int Cost => 9;

    // A line may be two bytes long and broken; a replay has buffers of its own.
    public override (int PerByte, int Floor) Allocations => (8192, 1 << 20);

    protected override IEnumerable<string> Dictionary =>
    [
        "us", "from", "client", "server", "message", "omitted", "unreadable", "end", "true", "execute", "exec-oob", "arguments", "id",
        "return", "error", "class", "desc", "event", "data", "QMP", "timestamp", "***", "object-add", "query-status", "password",
        "filename", "json:", "{\"us\":1,\"from\":\"client\",\"end\":true}\n", "\n", "{", "}", "\"", ":", ",", "\\ud800", "9223372036854775807",
    ];

    public override void Generate(ref Dice dice, FuzzInput input)
    {
        for (var count = dice.Below(6); count >= 0; count--)
        {
            var isClient = dice.OneIn(2);
            input.Append(Encoding.UTF8.GetBytes($"{{\"us\":{dice.Below(1000)},\"from\":\"{(isClient ? "client" : "server")}\","));
            switch (dice.Below(8))
            {
                case 0:
                    input.Append("\"end\":true"u8);
                    break;
                case 1:
                    input.Append(Encoding.UTF8.GetBytes($"\"{(dice.OneIn(2) ? "omitted" : "unreadable")}\":{dice.Below(100)}"));
                    break;
                case 2 or 3:
                    input.Append("\"message\":"u8);
                    JsonGrammar.Object(ref dice, input, Words, 3);
                    break;
                case 4 or 5 when isClient:
                    input.Append("\"message\":{\"execute\":\"object-add\",\"arguments\":"u8);
                    JsonGrammar.Object(ref dice, input, Words, 3);
                    input.Append(",\"id\":7}"u8);
                    break;
                default:
                    input.Append("\"message\":{\"return\":"u8);
                    JsonGrammar.Value(ref dice, input, Words, 3);
                    input.Append(",\"id\":7}"u8);
                    break;
            }

            input.Append("}\n"u8);
        }
    }

    public override uint Run(byte cuts, ReadOnlySpan<byte> input)
    {
        var (transcript, line) = Read(0, input);
        var (again, sameLine) = Read(cuts, input);
        FuzzFailure.UnlessEqual(line, sameLine, "the line of what is wrong");
        FuzzFailure.UnlessEqual(transcript is null, again is null, "whether it is a transcript");
        if (transcript is null)
        {
            return (uint)Math.Min(line, 15);
        }

        FuzzFailure.UnlessEqual(transcript.IsTorn, again!.IsTorn, "whether it is torn");
        FuzzFailure.Unless(transcript.Entries.Select(Shown).SequenceEqual(again.Entries.Select(Shown)));
        Mask(transcript);
        var finished = Replay(transcript);
        return 16u | (transcript.IsTorn ? 32u : 0) | (finished ? 64u : 0) | (uint)Math.Min(transcript.Entries.Length, 31) << 8
            | transcript.Entries.Aggregate(0u, (seen, entry) => seen | 1u << (int)entry.Kind) << 16;
    }

    private static string Shown(QmpTranscriptEntry entry) =>
        $"{entry.Line} {entry.At} {entry.From} {entry.Kind} {entry.Bytes} {Encoding.Latin1.GetString(entry.Message.Span)}";

    private static (QmpTranscript? Transcript, int Line) Read(byte cuts, ReadOnlySpan<byte> input)
    {
        try
        {
            return (QmpTranscript.Read(new PiecesStream(cuts, input), Options), 0);
        }
        catch (QmpTranscriptException fault)
        {
            return (null, fault.Line);
        }
    }

    private static void Mask(QmpTranscript transcript)
    {
        var redactor = new Redactor(QmpRedaction.Default);
        foreach (var entry in transcript.Entries.Where(entry => entry.Kind == QmpTranscriptKind.Message))
        {
            if (redactor.TryRewrite(entry.From, entry.Message.Span) is { } masked)
            {
                FuzzFailure.Unless(QmpReference.ObjectLength(masked, 1040) == masked.Length);
            }
        }
    }

    /// <summary>Says what the client said, and hangs up; whether everything was said.</summary>
    private static bool Replay(QmpTranscript transcript)
    {
        using var server = new QmpReplayServer(transcript);
        var client = (DuplexStream)server.ClientEnd;
        foreach (var entry in transcript.Entries.Where(e => e is { From: QmpTranscriptSide.Client, Kind: QmpTranscriptKind.Message }))
        {
            var writing = client.WriteAsync(entry.Message.ToArray());
            FuzzFailure.Unless(writing.IsCompleted, "the server reads");
            if (writing.IsFaulted)
            {
                _ = writing.AsTask().Exception;
                break;
            }
        }

        client.Dispose();
        try
        {
            server.Verify();
            FuzzFailure.Unless(server.IsFinished);
            return true;
        }
        catch (QmpTranscriptException fault)
        {
            FuzzFailure.Unless(fault.Line >= 1 && fault.Line <= transcript.Entries[^1].Line + 1);
            return false;
        }
    }

    /// <summary>A file that is read piece by piece.</summary>
    private sealed class PiecesStream : MemoryStream
    {
        private readonly Queue<int> _lengths = new();
        private int _left;

        public PiecesStream(byte cuts, ReadOnlySpan<byte> input)
            : base(input.ToArray())
        {
            var pieces = new Cuts(cuts, input);
            while (pieces.Next(out var piece))
            {
                _lengths.Enqueue(piece.Length);
            }
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0 && !_lengths.TryDequeue(out _left))
            {
                return 0;
            }

            var read = base.Read(buffer, offset, Math.Min(count, _left));
            _left -= read;
            return read;
        }
    }
}
