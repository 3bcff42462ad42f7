using System.Text;
using System.Text.Json;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

public class FrameScannerTests
{
    /// <summary>Each sample: the stream, then the messages in it.</summary>
    public static readonly string[][] Samples =
    [
        ["{}", "{}"],
        ["{\"return\": {}, \"id\": 0}\r\n", "{\"return\": {}, \"id\": 0}"],
        ["{\"a\":1}{\"b\":2}", "{\"a\":1}", "{\"b\":2}"],
        ["{}{}{}", "{}", "{}", "{}"],
        ["\r\n \t{\"a\":[]}\n\n{\"b\":{}}\r\n", "{\"a\":[]}", "{\"b\":{}}"],
        ["{\r\n    \"return\": {\r\n    },\r\n    \"id\": 3\r\n}\r\n", "{\r\n    \"return\": {\r\n    },\r\n    \"id\": 3\r\n}"],
        ["{\"a\":{}\n}{}", "{\"a\":{}\n}", "{}"],
        ["{\"s\":\"}{][\"}{}", "{\"s\":\"}{][\"}", "{}"],
        ["{\"s\":\"\\\"}\"}{}", "{\"s\":\"\\\"}\"}", "{}"],
        ["{\"s\":\"\\\\\"}{}", "{\"s\":\"\\\\\"}", "{}"],
        ["{\"s\":\"\\\\\\\"}{\"}{\"t\":1}", "{\"s\":\"\\\\\\\"}{\"}", "{\"t\":1}"],
        ["{\"\\u007b\":\"\\u0022}\"}{}", "{\"\\u007b\":\"\\u0022}\"}", "{}"],
        ["{\"a\":[[[{\"b\":[{}]}]]]}{}", "{\"a\":[[[{\"b\":[{}]}]]]}", "{}"],
        ["{\"ü€😀\":\"{ü}\"}\r\n{}", "{\"ü€😀\":\"{ü}\"}", "{}"],
        [
            "{\"" + new string('x', 60) + "\\\\\":\"" + new string('\\', 64) + "\"}{\"y\":\"" + new string('\\', 62) + "\\\"}\"}",
            "{\"" + new string('x', 60) + "\\\\\":\"" + new string('\\', 64) + "\"}",
            "{\"y\":\"" + new string('\\', 62) + "\\\"}\"}",
        ],
        [
            "{\"long\":\"" + new string('}', 200) + "\",\"n\":[" + string.Concat(Enumerable.Repeat("[],", 80)) + "0]}{}",
            "{\"long\":\"" + new string('}', 200) + "\",\"n\":[" + string.Concat(Enumerable.Repeat("[],", 80)) + "0]}",
            "{}",
        ],
    ];

    public static TheoryData<int> SampleNumbers => [.. Enumerable.Range(0, Samples.Length)];

    [Theory]
    [MemberData(nameof(SampleNumbers))]
    public void Every_split_position_of_every_sample_gives_the_same_messages(int sample)
    {
        var bytes = Encoding.UTF8.GetBytes(Samples[sample][0]);
        var expected = Samples[sample][1..];
        for (var first = 0; first <= bytes.Length; first++)
        {
            Assert.Equal(expected, Frames.Cut(bytes, [first, bytes.Length - first]));
        }

        for (var size = 1; size <= Math.Min(bytes.Length, 130); size++)
        {
            Assert.Equal(expected, Frames.Cut(bytes, Frames.Of(size)));
        }
    }

    [Fact]
    public void Random_streams_are_cut_where_JsonDocument_ends_its_values()
    {
        var seed = Seeds.Of(43);
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(RandomJson.Stream(random));
            var expected = CutWithJsonDocument(bytes);
            Assert.Equal(expected, Frames.Cut(bytes, Frames.Of(random.Next(1, 200))));
            Assert.Equal(expected, Frames.Cut(bytes, Enumerable.Range(0, int.MaxValue).Select(_ => random.Next(1, 80))));
        }
    }

    [Fact]
    public void Damaged_streams_end_in_a_status_never_in_an_exception()
    {
        var seed = Seeds.Of(44);
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(RandomJson.Stream(random));
            for (var damage = random.Next(1, 6); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Assert.Equal(Outcome(bytes, bytes.Length), Outcome(bytes, random.Next(1, 70)));
        }
    }

    [Theory]
    [InlineData(64 * 1024, 1)]
    [InlineData(64 * 1024, 64)]
    [InlineData(1024 * 1024, 1)]
    [InlineData(1024 * 1024, 7)]
    [InlineData(1024 * 1024, 1024)]
    [InlineData(16 * 1024 * 1024, 1)]
    [InlineData(16 * 1024 * 1024, 1024)]
    public void Trap08_every_byte_is_looked_at_once_however_it_drips_in(int size, int piece)
    {
        var bytes = Encoding.UTF8.GetBytes("{\"return\":\"" + new string('a', size) + "\",\"id\":0}\r\n");
        Assert.Single(Frames.Cut(bytes, Frames.Of(piece), out var buffer));
        Assert.InRange(buffer.BytesLookedAt, size, bytes.Length);
        Assert.True(buffer.BytesMoved <= 2 * bytes.Length, $"{buffer.BytesMoved} moved of {bytes.Length}");
    }

    [Fact]
    public void Without_the_processors_help_the_parities_are_the_same()
    {
        var random = new Random(Seeds.Of(45));
        for (var round = 0; round < 200; round++)
        {
            var bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            var (expected, parity) = (0UL, 0UL);
            for (var bit = 0; bit < 64; bit++)
            {
                parity ^= bits >> bit & 1;
                expected |= parity << bit;
            }

            Assert.Equal(expected, FrameScanner.PrefixXorInSteps(bits));
        }
    }

    [Fact]
    public void Small_messages_cost_at_most_a_block_each_on_top()
    {
        const int count = 10_000;
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"event\":\"X\"}\r\n", count)));
        Assert.Equal(count, Frames.Cut(bytes, Frames.Of(4096), out var buffer).Count);
        Assert.True(buffer.BytesLookedAt <= bytes.Length + (63L * count));
        Assert.True(buffer.BytesMoved <= bytes.Length);
    }

    [Fact]
    public void A_million_brackets_are_refused_at_the_depth_limit()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 1_000_000));
        var scanner = new FrameScanner(maxDepth: 32);
        Assert.Equal(FrameScanStatus.TooDeep, scanner.Scan(bytes, out var used));
        Assert.Equal(5 + 32, used);
        Assert.Equal(64, scanner.BytesLookedAt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1024)]
    public void The_deepest_allowed_message_passes_and_one_level_more_does_not(int piece)
    {
        static string Nest(int depth) => "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Assert.Equal((FrameScanStatus.Frame, Nest(64).Length), Scan(Nest(64), 64, piece));
        Assert.Equal((FrameScanStatus.TooDeep, 5 + 64), Scan(Nest(65), 64, piece));
    }

    [Fact]
    public void No_other_byte_is_taken_for_a_bracket()
    {
        for (var other = 0; other < 256; other++)
        {
            if ("{}[]\"\\".Contains((char)other, StringComparison.Ordinal))
            {
                continue;
            }

            byte[] message = [(byte)'{', .. Enumerable.Repeat((byte)other, 100), (byte)'}'];
            var buffer = new FrameBuffer(Frames.MaxBytes, 16);
            message.CopyTo(buffer.GetRoom());
            buffer.Commit(message.Length);
            Assert.Equal((other, FrameScanStatus.Frame), (other, buffer.TryTake(out var frame)));
            Assert.Equal(message, frame);
        }
    }

    [Theory]
    [InlineData("x{}")]
    [InlineData("[1]")]
    [InlineData("\"a\"")]
    [InlineData("}")]
    [InlineData("\u0000{}")]
    public void What_does_not_start_an_object_is_refused_at_its_first_byte(string text)
    {
        Assert.Equal((FrameScanStatus.NotAnObject, 0), Scan(text, 64, 1));
        Assert.Equal((FrameScanStatus.NotAnObject, 0), Scan(text, 64, 100));
    }

    [Fact]
    public void A_message_of_exactly_the_limit_passes_and_one_byte_more_does_not()
    {
        foreach (var piece in (int[])[1, 100, 100_000])
        {
            Assert.Equal(FrameScanStatus.Frame, LastStatus(2048, 2048, piece));
            Assert.Equal(FrameScanStatus.TooLarge, LastStatus(2049, 2048, piece));
        }
    }

    [Fact]
    public void A_large_array_is_given_back_once_its_message_was_taken()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('a', 3_000_000) + "\"}");
        Frames.Cut(bytes, Frames.Of(100_000), out var buffer);
        Assert.True(buffer.Capacity > 3_000_000);
        buffer.GetRoom();
        Assert.True(buffer.Capacity <= 64 * 1024);
    }

    [Fact]
    public void Cutting_messages_allocates_nothing()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Events.Named("FLOOD", "{\"a\": [1, \"b\\\"c\"]}"), 100)));
        var buffer = new FrameBuffer(Frames.MaxBytes, 1024);
        Assert.Equal(100, CutAll());

        // A collection that another test causes meanwhile counts what is left of this thread's piece of heap as allocated.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var found = 0;
            for (var round = 0; round < 100; round++)
            {
                found += CutAll();
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(10_000, found);
            return allocated;
        }

        int CutAll()
        {
            var count = 0;
            for (var at = 0; at < bytes.Length;)
            {
                var room = buffer.GetRoom().Span;
                var length = Math.Min(room.Length, bytes.Length - at);
                bytes.AsSpan(at, length).CopyTo(room);
                buffer.Commit(length);
                at += length;
                while (buffer.TryTake(out _) == FrameScanStatus.Frame)
                {
                    count++;
                }
            }

            return count;
        }
    }

    private static FrameScanStatus LastStatus(int size, int limit, int piece)
    {
        var bytes = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('a', size - 8) + "\"}");
        Assert.Equal(size, bytes.Length);
        var buffer = new FrameBuffer(limit, 64);
        for (var at = 0; at < bytes.Length;)
        {
            var room = buffer.GetRoom();
            var count = Math.Min(Math.Min(piece, bytes.Length - at), room.Length);
            bytes.AsSpan(at, count).CopyTo(room.Span);
            buffer.Commit(count);
            at += count;
            var status = buffer.TryTake(out _);
            if (status != FrameScanStatus.NeedMore)
            {
                return status;
            }
        }

        return FrameScanStatus.NeedMore;
    }

    private static (FrameScanStatus Status, int Used) Scan(string text, int maxDepth, int piece)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var scanner = new FrameScanner(maxDepth);
        var total = 0;
        while (total < bytes.Length)
        {
            var status = scanner.Scan(bytes.AsSpan(total, Math.Min(piece, bytes.Length - total)), out var used);
            total += used;
            if (status != FrameScanStatus.NeedMore)
            {
                return (status, total);
            }
        }

        return (FrameScanStatus.NeedMore, total);
    }

    /// <summary>Messages found and how it ended: the same however the bytes are cut.</summary>
    private static (int Count, FrameScanStatus Last, long Total) Outcome(byte[] bytes, int piece)
    {
        var buffer = new FrameBuffer(Frames.MaxBytes, 16);
        var (count, total) = (0, 0L);
        for (var at = 0; at < bytes.Length;)
        {
            var room = buffer.GetRoom();
            var length = Math.Min(Math.Min(piece, bytes.Length - at), room.Length);
            bytes.AsSpan(at, length).CopyTo(room.Span);
            buffer.Commit(length);
            at += length;
            FrameScanStatus status;
            while ((status = buffer.TryTake(out var frame)) == FrameScanStatus.Frame)
            {
                count++;
                total += frame.Length;
            }

            if (status != FrameScanStatus.NeedMore)
            {
                return (count, status, total);
            }
        }

        return (count, FrameScanStatus.NeedMore, total);
    }

    private static List<string> CutWithJsonDocument(byte[] bytes)
    {
        List<string> found = [];
        var rest = bytes.AsSpan().TrimStart(" \t\r\n"u8);
        while (!rest.IsEmpty)
        {
            // Not final: the reader stops behind the value and lets other values follow.
            var reader = new Utf8JsonReader(rest, isFinalBlock: false, default);
            Assert.True(JsonDocument.TryParseValue(ref reader, out var document));
            document.Dispose();
            found.Add(Encoding.UTF8.GetString(rest[..(int)reader.BytesConsumed]));
            rest = rest[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8);
        }

        return found;
    }
}
