using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Cuts a byte stream into messages with the scanner under test.</summary>
internal static class Frames
{
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Feeds the bytes in the given pieces and collects the messages.</summary>
    public static List<string> Cut(byte[] bytes, IEnumerable<int> pieces, out FrameBuffer buffer)
    {
        buffer = new FrameBuffer(MaxBytes, 1024);
        List<string> found = [];
        var at = 0;
        foreach (var piece in pieces)
        {
            if (at == bytes.Length)
            {
                break;
            }

            var left = Math.Min(piece, bytes.Length - at);
            while (left > 0)
            {
                var room = buffer.GetRoom();
                var count = Math.Min(left, room.Length);
                bytes.AsSpan(at, count).CopyTo(room.Span);
                buffer.Commit(count);
                at += count;
                left -= count;
                TakeAll(buffer, found);
            }
        }

        Assert.Equal(bytes.Length, at);
        return found;
    }

    public static List<string> Cut(byte[] bytes, IEnumerable<int> pieces) => Cut(bytes, pieces, out _);

    /// <summary>Pieces of one size for ever.</summary>
    public static IEnumerable<int> Of(int size)
    {
        while (true)
        {
            yield return size;
        }
    }

    private static void TakeAll(FrameBuffer buffer, List<string> found)
    {
        while (true)
        {
            var status = buffer.TryTake(out var frame);
            if (status == FrameScanStatus.NeedMore)
            {
                return;
            }

            Assert.Equal(FrameScanStatus.Frame, status);
            found.Add(Encoding.UTF8.GetString(frame));
        }
    }
}
