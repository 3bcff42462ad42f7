using System.Text;

namespace Rx.Qmp.Tests.Testing;

public class DuplexStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_waiting_read_continues_inside_the_write_when_asked_to()
    {
        var (first, second) = DuplexStream.CreatePair(inline: true);
        var read = ReadText(second, 100);
        Assert.False(read.IsCompleted);
        first.Write("hello"u8);
        Assert.True(read.IsCompleted);
        Assert.Equal("hello", await read);
    }

    [Fact]
    public async Task A_full_direction_makes_the_writer_wait_until_the_reader_has_made_room()
    {
        var (first, second) = DuplexStream.CreatePair(capacity: 4, inline: true);
        var writing = first.WriteAsync("0123456789"u8.ToArray(), Token);
        Assert.False(writing.IsCompleted);
        Assert.Equal("0123", await ReadText(second, 100));
        Assert.False(writing.IsCompleted);
        Assert.Equal("45", await ReadText(second, 2));
        Assert.True(writing.IsCompletedSuccessfully);
        Assert.Equal("6789", await ReadText(second, 100));
    }

    [Fact]
    public async Task Every_capacity_and_read_size_delivers_the_same_bytes()
    {
        var sent = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500)));
        for (var capacity = 1; capacity < 20; capacity++)
        {
            for (var size = 1; size < 20; size += 3)
            {
                var (first, second) = DuplexStream.CreatePair(capacity);
                var writing = Task.Run(
                    async () =>
                    {
                        await first.WriteAsync(sent, Token);
                        await first.DisposeAsync();
                    },
                    Token);
                using var received = new MemoryStream();
                await second.CopyToAsync(received, size, Token);
                await writing;
                Assert.Equal(sent, received.ToArray());
            }
        }
    }

    [Fact]
    public async Task Disposing_an_end_lets_the_other_read_the_rest_then_end_of_file_and_fails_its_writes()
    {
        var (first, second) = DuplexStream.CreatePair(inline: true);
        await first.WriteAsync("rest"u8.ToArray(), Token);
        await first.DisposeAsync();
        Assert.Equal("rest", await ReadText(second, 100));
        Assert.Equal("", await ReadText(second, 100));
        await Assert.ThrowsAsync<IOException>(() => second.WriteAsync("x"u8.ToArray(), Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.WriteAsync("x"u8.ToArray(), Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadText(first, 1));
    }

    [Fact]
    public async Task Disposing_wakes_whoever_waits()
    {
        var (first, second) = DuplexStream.CreatePair(capacity: 1, inline: true);
        var reading = first.ReadAsync(new byte[1], Token).AsTask();
        var otherReading = second.ReadAsync(new byte[1], Token).AsTask();
        var writing = first.WriteAsync("long"u8.ToArray(), Token).AsTask();
        Assert.True(otherReading.IsCompletedSuccessfully);
        await second.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal(0, await reading);
    }

    [Fact]
    public async Task Breaking_fails_reads_and_writes_at_both_ends()
    {
        var (first, second) = DuplexStream.CreatePair(inline: true);
        var cause = new IOException("reset");
        await second.WriteAsync("lost"u8.ToArray(), Token);
        var waiting = second.ReadAsync(new byte[1], Token).AsTask();
        first.Break(cause);
        Assert.Same(cause, await Assert.ThrowsAsync<IOException>(() => waiting));
        Assert.Same(cause, await Assert.ThrowsAsync<IOException>(() => ReadText(first, 1)));
        Assert.Same(cause, await Assert.ThrowsAsync<IOException>(() => second.WriteAsync("x"u8.ToArray(), Token).AsTask()));
    }

    [Fact]
    public async Task A_cancelled_read_takes_nothing_and_a_cancelled_write_leaves_the_connection_usable()
    {
        var (first, second) = DuplexStream.CreatePair(capacity: 2, inline: true);
        using var stop = new CancellationTokenSource();
        var reading = second.ReadAsync(new byte[1], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        using var stopWrite = new CancellationTokenSource();
        var writing = first.WriteAsync("abcdef"u8.ToArray(), stopWrite.Token).AsTask();
        await stopWrite.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        Assert.Equal("ab", await ReadText(second, 100));
        await first.WriteAsync("g"u8.ToArray(), Token);
        Assert.Equal("g", await ReadText(second, 100));
    }

    [Fact]
    public async Task Two_reads_or_two_writes_at_once_are_a_mistake()
    {
        var (first, second) = DuplexStream.CreatePair(capacity: 1, inline: true);
        var reading = ReadText(first, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadText(first, 1));
        var writing = first.WriteAsync("ab"u8.ToArray(), Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.WriteAsync("c"u8.ToArray(), Token).AsTask());
        Assert.Equal("a", await ReadText(second, 100));
        Assert.True(writing.IsCompletedSuccessfully);
        Assert.False(reading.IsCompleted);
    }

    private static async Task<string> ReadText(DuplexStream stream, int size)
    {
        var buffer = new byte[size];
        return Encoding.ASCII.GetString(buffer.AsSpan(0, await stream.ReadAsync(buffer, Token).ConfigureAwait(false)));
    }
}
