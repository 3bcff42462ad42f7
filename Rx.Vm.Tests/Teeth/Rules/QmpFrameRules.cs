using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the cutting of the monitor's bytes into messages promises.</summary>
internal static class QmpFrameRules
{
    private const int Most = 1000;

    public static void MessagesMayBeCutAnywhere()
    {
        const string First = """{"a":[1,{"b":2}]}""";
        const string Second = """{"c":"d"}""";
        for (var size = 1; size <= First.Length + Second.Length; size++)
        {
            Assert.Equal([First, Second], Take(First + Second, size));
        }
    }

    public static void BracesInsideStringsDoNotCount() =>
        Assert.Equal(["""{"a":"}{]["}""", "{}"], Take("""{"a":"}{]["}""" + "{}", 100));

    public static void AQuoteBehindABackslashIsNoEnd()
    {
        // At every place of a block of 64, so that the backslash is the last of one as well.
        for (var pad = 0; pad < 130; pad++)
        {
            var message = $$"""{"{{new string('x', pad)}}\"}":1}""";
            Assert.Equal([message, "{}"], Take(message + "{}", 10_000));
            Assert.Equal([message, "{}"], Take(message + "{}", 1));
        }
    }

    public static void WhiteSpaceBetweenMessagesIsSkipped() => Assert.Equal(["{}", "{}"], Take(" {} \r\n\t{}\r\n", 3));

    public static void WhatIsNoObjectIsRefused() => Assert.Equal(["NotAnObject"], Take("""["a"]""", 100));

    public static void TheDepthIsBounded()
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat("""{"a":""", depth)) + "1" + new string('}', depth);
        Assert.Equal([Nested(8)], Take(Nested(8), 5));
        Assert.Equal(["TooDeep"], Take(Nested(9), 5));
    }

    public static void TheLongestMessageIsTaken()
    {
        var longest = $$"""{"{{new string('x', Most - 6)}}":1}""";
        Assert.Equal([longest], Take(longest[..Most], 64));
    }

    public static void ALongerMessageIsRefused()
    {
        Assert.Equal(["TooLarge"], Take($$"""{"{{new string('x', 3 * Most)}}":1}""", 64));

        // Before it has ended: nobody says that it ever will.
        Assert.Equal(["TooLarge"], Take($$"""{"{{new string('x', 3 * Most)}}""", 64));
    }

    public static void EachByteIsLookedAtOnce()
    {
        var buffer = new FrameBuffer(1 << 20, 8);
        var message = $$"""{"{{new string('x', 100_000)}}":1}""";
        Assert.Single(Take(buffer, message, 1));
        Assert.InRange(buffer.BytesLookedAt, message.Length, message.Length + 64);
    }

    public static void BytesAreMovedSeldom()
    {
        var buffer = new FrameBuffer(1 << 20, 8);
        var message = $$"""{"{{new string('x', 100_000)}}":1}""";
        Take(buffer, message, 1);
        Assert.InRange(buffer.BytesMoved, 0, 4 * message.Length);
    }

    public static void AHugeMessagesBufferIsNotKept()
    {
        var buffer = new FrameBuffer(1 << 22, 8);
        Take(buffer, $$"""{"{{new string('x', 2_000_000)}}":1}""", 10_000);
        buffer.GetRoom();
        Assert.InRange(buffer.Capacity, 1, 1 << 18);
    }

    private static List<string> Take(string text, int size) => Take(new FrameBuffer(Most, 8), text, size);

    private static List<string> Take(FrameBuffer buffer, string text, int size)
    {
        var found = new List<string>();
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length;)
        {
            var room = buffer.GetRoom();
            Assert.True(room.Length > 0, "no room");
            var count = Math.Min(Math.Min(size, room.Length), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(room.Span);
            buffer.Commit(count);
            at += count;
            FrameScanStatus status;
            while ((status = buffer.TryTake(out var frame)) == FrameScanStatus.Frame)
            {
                found.Add(Encoding.UTF8.GetString(frame));
                Assert.True(found.Count < 100, "messages without bytes");
            }

            if (status != FrameScanStatus.NeedMore)
            {
                found.Add($"{status}");
                break;
            }
        }

        return found;
    }
}
