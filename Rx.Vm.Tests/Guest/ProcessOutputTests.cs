using System.Buffers;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Guest;

/// <summary>The ways of reading output: pieces, stream, pipe, and sinks. Inline, so that what can be done has been done.</summary>
public class ProcessOutputTests
{
    private readonly OutputLog _log = new(OutputPolicy.DropOldest(4096), new StreamBudget(0), null, isInline: true);
    private readonly ProcessOutput _output;

    public ProcessOutputTests() => _output = new(_log);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pieces_have_positions_and_a_later_enumeration_goes_on_where_an_earlier_one_stopped()
    {
        Write("abc");
        var next = 0L;
        await foreach (var piece in _output.ReadAsync(ct: Ct))
        {
            next = piece.Next;
            break;
        }

        Write("def");
        _log.Complete();
        var rest = new List<OutputPiece>();
        await foreach (var piece in _output.ReadAsync(next, Ct))
        {
            rest.Add(piece);
        }

        Assert.Equal(["3 def"], rest.Select(p => $"{p.Position} {Encoding.UTF8.GetString(p.Bytes.Span)}"));
        Assert.Equal((OutputPolicy.DropOldest(4096), 6, 0, 0), (_output.Policy, _output.Position, _output.Oldest, _output.DroppedBytes));
    }

    [Fact]
    public async Task A_stream_ends_with_the_output_and_throws_at_a_gap_and_goes_on_behind_it()
    {
        await using var stream = _output.OpenStream(0);
        Write("abc");
        var buffer = new byte[5000];
        Assert.Equal(3, await stream.ReadAsync(buffer, Ct));
        Write(new string('x', 5000));
        var lost = await Assert.ThrowsAsync<OutputLostException>(async () => await stream.ReadExactlyAsync(buffer.AsMemory(0, 1), Ct));
        Assert.Equal((907, 904), (lost.Position, lost.Missed));
        _log.Complete();
        Assert.Equal(4096, stream.Read(buffer, 0, buffer.Length));
        Assert.Equal(0, stream.Read(buffer, 0, buffer.Length));
        Assert.Equal(5003, stream.Position);
    }

    [Fact]
    public async Task A_stream_that_is_closed_during_a_read_ends_that_read_and_no_other()
    {
        var closed = _output.OpenStream();
        await using var other = _output.OpenStream();
        var buffer = new byte[10];
        var reading = closed.ReadAsync(buffer, Ct).AsTask();
        var otherReading = other.ReadAsync(buffer, Ct).AsTask();
        closed.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        Assert.False(closed.CanRead);
        Assert.False(otherReading.IsCompleted);
        Write("a");
        Assert.Equal(1, await otherReading);
    }

    [Fact]
    public async Task A_pipe_reads_as_much_as_it_is_asked_for_and_ends()
    {
        var reader = _output.OpenReader();
        Write("abc");
        var early = await reader.ReadAsync(Ct);
        reader.AdvanceTo(early.Buffer.GetPosition(1), early.Buffer.End);
        var reading = reader.ReadAtLeastAsync(5, Ct);
        Assert.False(reading.IsCompleted);
        Write("def");
        _log.Complete();
        Assert.Equal("bcdef", Encoding.UTF8.GetString((await reading).Buffer.ToArray()));
        await reader.CompleteAsync();
    }

    [Fact]
    public async Task Copies_to_a_stream_an_action_and_a_text_run_side_by_side_and_say_what_came()
    {
        var stream = new MemoryStream();
        var pieces = new List<ReadOnlyMemory<byte>>();
        var text = new StringBuilder();
        Task<OutputCopy>[] copies =
        [
            _output.CopyToAsync(stream, ct: Ct), _output.CopyToAsync(pieces.Add, ct: Ct), _output.CopyToAsync(text, 100, ct: Ct),
        ];
        Write("aé");
        Write("b");
        Assert.Equal("aéb", text.ToString());
        Assert.All(copies, copy => Assert.False(copy.IsCompleted));
        _log.Complete();
        Assert.All(await Task.WhenAll(copies), copy => Assert.Equal(new OutputCopy(4, 0), copy));
        Assert.Equal("aéb"u8.ToArray(), stream.ToArray());
        Assert.Equal(2, pieces.Count);
    }

    [Fact]
    public async Task A_text_takes_whole_characters_up_to_its_bound_and_the_rest_is_counted()
    {
        var text = new StringBuilder("x");
        var copy = _output.CopyToAsync(text, 4, ct: Ct);
        _log.Append("é"u8[..1]);
        _log.Append("é"u8[1..]);
        Write("abcdef");
        Write("g");
        _log.Complete();
        Assert.Equal(new OutputCopy(4, 5), await copy);
        Assert.Equal("xéab", text.ToString());
    }

    [Fact]
    public async Task A_sink_that_throws_fails_its_own_copy_and_one_that_is_cancelled_ends()
    {
        var text = new StringBuilder();
        using var cancel = new CancellationTokenSource();
        var bad = _output.CopyToAsync(_ => throw new InvalidOperationException("sink"), ct: Ct);
        var closed = _output.CopyToAsync(new MemoryStream([]), ct: Ct);
        var cancelled = _output.CopyToAsync(text, 100, ct: cancel.Token);
        var good = _output.CopyToAsync(new StringBuilder(), 100, ct: Ct);
        Write("a");
        cancel.Cancel();
        Write("b");
        _log.Complete();
        Assert.Equal("sink", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        await Assert.ThrowsAsync<NotSupportedException>(() => closed);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(("a", new OutputCopy(2, 0)), (text.ToString(), await good));
    }

    [Fact]
    public async Task What_a_copy_can_not_have_any_more_is_in_its_result()
    {
        Write(new string('x', 5000));
        _log.Complete();
        Assert.Equal(new OutputCopy(4096, 904), await _output.CopyToAsync(new MemoryStream(), ct: Ct));
        Assert.Equal(new OutputCopy(4000, 0), await _output.CopyToAsync(new MemoryStream(), from: 1000, ct: Ct));
    }

    [Fact]
    public void A_position_before_the_beginning_is_refused_by_every_way_of_reading()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.From(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.ReadAsync(-1, Ct));
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.OpenStream(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.OpenReader(-1));
        Assert.True(_output.CopyToAsync(Stream.Null, -1, Ct).IsFaulted);
    }

    private void Write(string text) => _log.Append(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("😀", 1, "", 4)]
    [InlineData("😀", 2, "😀", 0)]
    [InlineData("a😀b", 2, "a", 5)]
    [InlineData("abc", 1, "a", 2)]
    [InlineData("äöü", 2, "äö", 2)]
    [InlineData("abc", 0, "", 3)]
    public async Task A_text_is_filled_to_its_bound_whatever_character_stands_there(string written, int most, string kept, int refused)
    {
        var text = new StringBuilder();
        var into = new OutputText(text, most, Encoding.UTF8);

        Assert.Equal(refused, await into.Add(Encoding.UTF8.GetBytes(written)));
        Assert.Equal(kept, text.ToString());
        await into.Add("x"u8.ToArray());
        Assert.Equal(refused == 0 && kept.Length < most ? $"{kept}x" : kept, text.ToString());
    }
}
