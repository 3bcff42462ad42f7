using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>What is held back is sent as one, in order, once.</summary>
public sealed class CorkedStreamTests : IDisposable
{
    private readonly DuplexStream _there;
    private readonly CountedStream _counted;
    private readonly CorkedStream _stream;

    public CorkedStreamTests()
    {
        (var here, _there) = DuplexStream.CreatePair(inline: true);
        _counted = new CountedStream(here);
        _stream = new CorkedStream(_counted);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stream.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task Nothing_is_held_back_before_the_cork_and_after_it()
    {
        await WriteAsync(1);
        Assert.Equal((1, 0), (_counted.Writes, _stream.Held));
        _stream.Cork();
        await _stream.UncorkAsync(Token);
        await WriteAsync(2);
        Assert.Equal((2, 0), (_counted.Writes, _stream.Held));
        Assert.Equal([1, 2], await ReadAsync());
    }

    [Fact]
    public async Task What_is_held_back_is_sent_as_one_in_its_order_and_once()
    {
        _stream.Cork();
        await WriteAsync(1);
        await WriteAsync(2);
        _stream.Cork();
        await WriteAsync(3);
        Assert.Equal((0, 3), (_counted.Writes, _stream.Held));
        await _stream.UncorkAsync(Token);
        Assert.Equal((1, 0), (_counted.Writes, _stream.Held));
        await _stream.UncorkAsync(Token);
        Assert.Equal(1, _counted.Writes);
        Assert.Equal([1, 2, 3], await ReadAsync());
    }

    [Fact]
    public async Task Where_nothing_was_held_back_nothing_is_written()
    {
        await _stream.UncorkAsync(Token);
        _stream.Cork();
        await _stream.UncorkAsync(Token);
        Assert.Equal(0, _counted.Writes);
    }

    private ValueTask WriteAsync(byte value) => _stream.WriteAsync(new[] { value }, Token);

    private async Task<byte[]> ReadAsync()
    {
        var buffer = new byte[10];
        return buffer[..await _there.ReadAsync(buffer, Token)];
    }
}
