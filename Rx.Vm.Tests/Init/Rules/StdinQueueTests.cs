using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class StdinQueueTests
{
    [Fact]
    public void Bytes_come_out_in_order()
    {
        var queue = new StdinQueue();
        queue.Append("abc"u8);
        queue.Append("def"u8);
        queue.Consume(2);
        queue.Append("g"u8);
        Assert.Equal("cdefg"u8, queue.Peek());
        Assert.Equal(5, queue.Count);
    }

    [Fact]
    public void It_is_full_at_the_limit_and_keeps_what_comes_on_top()
    {
        var queue = new StdinQueue();
        queue.Append(new byte[StdinQueue.Limit - 1]);
        Assert.False(queue.Full);
        queue.Append(new byte[5000]);
        Assert.True(queue.Full);
        Assert.Equal(StdinQueue.Limit + 4999, queue.Count);
        queue.Consume(5000);
        Assert.False(queue.Full);
    }

    [Fact]
    public void After_the_close_nothing_is_added_and_the_rest_still_comes_out()
    {
        var queue = new StdinQueue();
        queue.Append("rest"u8);
        queue.Close();
        queue.Append("late"u8);
        Assert.True(queue.Closed);
        Assert.Equal("rest"u8, queue.Peek());
    }

    [Fact]
    public void Abandoned_it_is_empty_and_closed()
    {
        var queue = new StdinQueue();
        queue.Append("rest"u8);
        queue.Abandon();
        queue.Append("late"u8);
        Assert.True(queue.Closed);
        Assert.Equal(0, queue.Count);
        Assert.False(queue.Full);
    }

    [Fact]
    public void It_knows_whether_the_last_byte_taken_ended_a_line()
    {
        var queue = new StdinQueue();
        Assert.True(queue.AtLineStart);
        queue.Append("ab\nc"u8);
        queue.Consume(2);
        Assert.False(queue.AtLineStart);
        queue.Consume(1);
        Assert.True(queue.AtLineStart);
        queue.Consume(0);
        Assert.True(queue.AtLineStart);
        queue.Consume(1);
        Assert.False(queue.AtLineStart);
        queue.Passed("beside it\n"u8);
        Assert.True(queue.AtLineStart);
        queue.Passed([]);
        Assert.True(queue.AtLineStart);
        queue.Passed("x"u8);
        Assert.False(queue.AtLineStart);
    }

    [Fact]
    public void Taking_more_than_there_is_is_a_bug_of_the_caller()
    {
        var queue = new StdinQueue();
        queue.Append("a"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Consume(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Consume(-1));
    }

    [Fact]
    public void Random_appends_and_takes_neither_lose_nor_reorder()
    {
        const int seed = 20260;
        var random = new Random(seed);
        var queue = new StdinQueue();
        byte written = 0, read = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                var bytes = new byte[random.Next(9000)];
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = written++;
                }

                queue.Append(bytes);
            }

            var take = random.Next(Math.Min(queue.Count, 10_000) + 1);
            foreach (var value in queue.Peek()[..take])
            {
                Assert.True(read++ == value, $"seed {seed}, step {step}");
            }

            queue.Consume(take);
        }

        Assert.Equal((byte)(written - read), (byte)queue.Count);
    }
}
