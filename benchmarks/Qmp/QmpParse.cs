using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Rx.Qmp;
using Rx.Qmp.Protocol;

namespace Rx.Benchmarks.Qmp;

/// <summary>
/// Making something of one message. Floor: a reader of JSON tokens that goes through the same bytes and keeps nothing.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class QmpParse
{
    private static readonly byte[] Event = Encoding.UTF8.GetBytes(
        """{"timestamp": {"seconds": 1267061043, "microseconds": 959568}, "event": "BLOCK_JOB_COMPLETED", "data": """
        + """{"type": "stream", "device": "virtio-disk0", "len": 10737418240, "offset": 1000000000, "speed": 0}}""");

    private static readonly byte[] Reply =
        """{"return": {"status": "prelaunch", "singlestep": false, "running": false}, "id": 3}"""u8.ToArray();

    private byte[] _schema = [];

    /// <summary>Loads the recorded schema.</summary>
    [GlobalSetup]
    public void Setup() => _schema = RecordedSchema.Load();

    /// <summary>An event's tokens.</summary>
    [Benchmark(Baseline = true)]
    public int EventTokensFloor() => Tokens(Event);

    /// <summary>An event's name and time from its bytes.</summary>
    [Benchmark]
    public bool EventCompactHeader() => CompactHeader.TryEvent(Event, out _, out _, out _);

    /// <summary>An event's parts by the token reader.</summary>
    [Benchmark]
    public int EventHeader() => (int)MessageHeaderReader.Read(Event, 1024).Kind;

    /// <summary>An event read into its type.</summary>
    [Benchmark]
    public long EventTyped()
    {
        CompactHeader.TryEvent(Event, out var at, out _, out var data);
        var reader = new Utf8JsonReader(data);
        reader.Read();
        return BlockJobCompletedEvent.Read(ref reader, QmpTimestamp.From(at.Seconds, at.Microseconds)).Offset ?? 0;
    }

    /// <summary>A reply's tokens.</summary>
    [Benchmark]
    public int ReplyTokensFloor() => Tokens(Reply);

    /// <summary>A reply read into its type.</summary>
    [Benchmark]
    public bool ReplyTyped()
    {
        CompactHeader.TryReply(Reply, out _, out var value);
        var reader = new Utf8JsonReader(value);
        reader.Read();
        return StatusInfo.Read(ref reader).Running is true;
    }

    /// <summary>The schema's tokens.</summary>
    [Benchmark]
    public int SchemaTokensFloor() => Tokens(_schema);

    /// <summary>The schema made into an index, and asked once.</summary>
    [Benchmark]
    public bool SchemaIndex() => QmpSchema.Parse(_schema).Has("query-status");

    private static int Tokens(ReadOnlySpan<byte> json)
    {
        var tokens = 0;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }
}
