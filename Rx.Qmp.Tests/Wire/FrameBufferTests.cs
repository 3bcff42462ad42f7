using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>How much the buffer holds, and when it grows, moves and shrinks.</summary>
public class FrameBufferTests
{
    private const int First = 16 * 1024;
    private const int Kept = 256 * 1024;

    private readonly FrameBuffer _buffer = new(1 << 20, 64);

    [Fact]
    public void It_begins_small_and_says_what_it_holds()
    {
        Assert.Equal((0, 0, false), (_buffer.Capacity, _buffer.HeldBytes, _buffer.HasPartialFrame));
        Put("{\"a\":1}{\"b\"");
        Assert.Equal((11, true), (_buffer.HeldBytes, _buffer.HasPartialFrame));
        Assert.Equal("{\"a\":1}", Take());
        Assert.Equal((4, true), (_buffer.HeldBytes, _buffer.HasPartialFrame));
        Put(":2}\r\n");
        Assert.Equal("{\"b\":2}", Take());
        Assert.Null(Take());
        Assert.Equal((0, false), (_buffer.HeldBytes, _buffer.HasPartialFrame));
        Assert.Equal(0, _buffer.BytesMoved);
    }

    [Fact]
    public void A_flood_doubles_it_up_to_what_is_kept_and_a_trickle_does_not()
    {
        Assert.Equal(First, _buffer.GetRoom().Length);
        Put("{}" + new string(' ', First - 3));
        Drain();
        Assert.Equal(First, _buffer.GetRoom().Length);
        for (var size = First; size <= 2 * Kept; size *= 2)
        {
            var held = Math.Min(size, Kept);
            Assert.Equal((held, held), (_buffer.GetRoom().Length, _buffer.Capacity));
            Put("{}" + new string(' ', held - 2));
            Drain();
        }

        Assert.Equal(Kept, _buffer.GetRoom().Length);
    }

    [Fact]
    public void What_is_held_moves_only_when_there_is_hardly_room_and_at_most_half_is_held()
    {
        // Room for 1024 more: it stays where it is.
        Put(Padded(First - 2024) + "{" + new string(' ', 999));
        Take();
        Assert.Equal((1024, 0L), (_buffer.GetRoom().Length, _buffer.BytesMoved));

        // Room for 1023: it moves to the front of the same array.
        Put(" ");
        Assert.Equal((First - 1001, 1001L, First), (_buffer.GetRoom().Length, _buffer.BytesMoved, _buffer.Capacity));
        Put("}{\"b\":1}");
        Assert.Equal("{" + new string(' ', 1000) + "}", Take());
        Assert.Equal("{\"b\":1}", Take());
    }

    [Theory]
    [InlineData((First / 2) - 1, First)]
    [InlineData(First / 2, First)]
    [InlineData((First / 2) + 1, 2 * First)]
    public void More_than_half_moves_to_an_array_of_twice_the_size(int held, int capacity)
    {
        Put(Padded(First - held) + "{" + new string(' ', held - 1));
        Take();
        Assert.Equal(capacity - held, _buffer.GetRoom().Length);
        Assert.Equal((capacity, held), (_buffer.Capacity, (int)_buffer.BytesMoved));
        Put("}");
        Assert.Equal(held + 1, Take()!.Length);
    }

    [Fact]
    public void It_never_grows_past_the_largest_message_and_a_little()
    {
        var buffer = new FrameBuffer(20_000, 64);
        Fill(buffer, "{" + new string(' ', First - 1));
        Assert.Equal(FrameScanStatus.NeedMore, buffer.TryTake(out _));
        Assert.Equal(20_000 + 2048 - First, buffer.GetRoom().Length);
        Assert.Equal(20_000 + 2048, buffer.Capacity);
    }

    [Theory]
    [InlineData(Kept, Kept)]
    [InlineData(Kept + 1025, First)]
    public void A_large_array_is_given_back_when_its_message_was_taken(int limit, int capacity)
    {
        // The array becomes the limit and 2048.
        var buffer = new FrameBuffer(limit - 2048, 64);
        var bytes = Padded(limit - 2048);
        Fill(buffer, bytes);
        buffer.GetRoom();
        Assert.Equal(limit, buffer.Capacity);
        Assert.Equal(FrameScanStatus.Frame, buffer.TryTake(out var frame));
        Assert.Equal(bytes.Length, frame.Length);
        buffer.GetRoom();
        Assert.Equal(capacity, buffer.Capacity);
    }

    [Theory]
    [InlineData("{\"a\":{", "{}")]
    [InlineData("{\"a", "{\"b\":1}")]
    [InlineData("{\"a\\", "{\"b\":1}")]
    public void After_a_reset_nothing_of_before_counts(string before, string after)
    {
        Put(before);
        Assert.Null(Take());
        _buffer.Reset();
        Assert.Equal((0, false, 0L), (_buffer.HeldBytes, _buffer.HasPartialFrame, _buffer.BytesLookedAt));
        Put(after);
        Assert.Equal(after, Take());
        _buffer.Reset();
        Put("{\"a\":" + new string('[', 64));
        Assert.Equal(FrameScanStatus.TooDeep, _buffer.TryTake(out _));
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('\t')]
    [InlineData('\r')]
    [InlineData('\n')]
    public void White_space_belongs_to_no_message(char space)
    {
        Put($"{space}{space}{{}}{space}{{\"a\":1}}{space}");
        Assert.Equal("{}", Take());
        Assert.Equal("{\"a\":1}", Take());
        Assert.Null(Take());
        Assert.False(_buffer.HasPartialFrame);
    }

    [Theory]
    [InlineData('\v')]
    [InlineData('\f')]
    [InlineData('!')]
    [InlineData('\u001f')]
    [InlineData('\b')]
    [InlineData('\u000e')]
    public void What_only_looks_like_white_space_is_no_message(char other)
    {
        Put($"{other}{{}}");
        Assert.Equal(FrameScanStatus.NotAnObject, _buffer.TryTake(out var frame));
        Assert.Equal(0, frame.Length);
    }

    [Theory]
    [InlineData(99, "NeedMore")]
    [InlineData(100, "TooLarge")]
    public void A_message_that_cannot_end_within_the_limit_is_too_large(int length, string status)
    {
        var buffer = new FrameBuffer(100, 64);
        Fill(buffer, "{" + new string(' ', length - 1));
        Assert.Equal(status, buffer.TryTake(out _).ToString());
    }

    [Theory]
    [InlineData(100, "Frame")]
    [InlineData(101, "TooLarge")]
    public void A_message_that_came_whole_is_measured_too(int length, string status)
    {
        var buffer = new FrameBuffer(100, 64);
        Fill(buffer, "{" + new string(' ', length - 2) + "}");
        Assert.Equal(status, buffer.TryTake(out var frame).ToString());
        Assert.Equal(length == 100 ? length : 0, frame.Length);
    }

    private static void Fill(FrameBuffer buffer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        while (!bytes.IsEmpty)
        {
            var room = buffer.GetRoom().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            buffer.Commit(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>A message of this length.</summary>
    private static string Padded(int length) => "{" + new string(' ', length - 2) + "}";

    private void Put(string text) => Fill(_buffer, text);

    private void Drain()
    {
        while (Take() is not null)
        {
            // They are of no interest.
        }
    }

    private string? Take() => _buffer.TryTake(out var frame) == FrameScanStatus.Frame ? Encoding.UTF8.GetString(frame) : null;
}
