using System.Text;
using BenchmarkDotNet.Attributes;
using Rx.Qmp;
using Rx.Qmp.Wire;

namespace Rx.Benchmarks.Qmp;

/// <summary>
/// Cutting received bytes into messages. Floor: a loop over newlines, which is right only for compact output and looks at nothing else.
/// Operations are messages; the rows to compare have the same traffic.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class QmpScan
{
    private const int Flood = 10_000;
    private const int Schemas = 50;
    private const int ReadBytes = 64 * 1024;

    private readonly FrameBuffer _frames = new(64 * 1024 * 1024, 1024);
    private byte[] _flood = [];
    private byte[] _schema = [];

    /// <summary>Makes the traffic: events of 204 bytes, and one reply of 207 KB shaped like query-qmp-schema's.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Flood; i++)
        {
            var start = """{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "BLOCK_IO_ERROR", "data": """
                + """{"device": "disk0", "sequence": """
                + (10_000_000 + i) + """, "reason": " """;
            text.Append(start).Append('x', 204 - start.Length - 5).Append("\"}}\r\n");
        }

        _flood = Encoding.UTF8.GetBytes(text.ToString());
        text.Clear();
        text.Append("{\"return\": [");
        for (var i = 0; text.Length < 206_800; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append("{\"name\": \"").Append(i)
                .Append("\", \"members\": [{\"name\": \"id\", \"type\": \"str\"}, ")
                .Append("{\"name\": \"size\", \"default\": null, \"type\": \"int\"}], ")
                .Append("\"meta-type\": \"object\"}");
        }

        _schema = Encoding.UTF8.GetBytes(text.Append("], \"id\": 0}\r\n").ToString());
        if (_flood.Length != Flood * 204 || Cut(_flood, route: true) != Flood || Cut(_schema, route: false) != 1)
        {
            throw new InvalidOperationException("The traffic is not what it should be.");
        }
    }

    /// <summary>Events, newlines only.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Flood)]
    public int EventsNewlineFloor() => CountLines(_flood);

    /// <summary>Events, cut by the scanner.</summary>
    [Benchmark(OperationsPerInvoke = Flood)]
    public int EventsScanned() => Cut(_flood, route: false);

    /// <summary>Events, cut and their headers read: what an event nobody observes costs.</summary>
    [Benchmark(OperationsPerInvoke = Flood)]
    public int EventsScannedAndRouted() => Cut(_flood, route: true);

    /// <summary>Schema replies, newlines only.</summary>
    [Benchmark(OperationsPerInvoke = Schemas)]
    public int SchemaNewlineFloor()
    {
        var count = 0;
        for (var i = 0; i < Schemas; i++)
        {
            count += CountLines(_schema);
        }

        return count;
    }

    /// <summary>Schema replies, cut by the scanner.</summary>
    [Benchmark(OperationsPerInvoke = Schemas)]
    public int SchemaScanned()
    {
        var count = 0;
        for (var i = 0; i < Schemas; i++)
        {
            count += Cut(_schema, route: false);
        }

        return count;
    }

    private static int CountLines(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            count++;
            bytes = bytes[(end + 1)..];
        }

        return count;
    }

    /// <summary>As the reader loop does it, copying into the room included: that copy stands for the system's own.</summary>
    private int Cut(byte[] bytes, bool route)
    {
        var count = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var room = _frames.GetRoom().Span;
            var length = Math.Min(Math.Min(room.Length, ReadBytes), bytes.Length - at);
            bytes.AsSpan(at, length).CopyTo(room);
            _frames.Commit(length);
            at += length;
            while (_frames.TryTake(out var frame) == FrameScanStatus.Frame)
            {
                count += !route || MessageHeaderReader.Read(frame, 1024).Kind == MessageKind.Event ? 1 : 0;
            }
        }

        return count;
    }
}
