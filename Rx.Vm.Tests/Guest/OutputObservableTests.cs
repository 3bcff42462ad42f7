using System.Buffers;
using System.IO.Pipelines;
using System.Reactive;
using System.Text;
using Rx.Vm.Guest;

namespace Rx.Vm.Tests.Guest;

/// <summary>The standing scenarios of a stream, for bytes as an observable.</summary>
public class PipeReaderObservableTests
{
    private readonly Pipe _pipe = StreamOutput.NewPipe(1000, 500, isInline: true);
    private readonly List<string> _heard = [];

    [Fact]
    public void Bytes_come_in_order_then_the_end()
    {
        Write("early ");
        using var subscription = _pipe.Reader.AsObservable().Subscribe(Recorder());
        Assert.Equal(["early "], _heard);
        Write("late");
        _pipe.Writer.Complete();
        Assert.Equal(["early ", "late", "|"], _heard);
    }

    [Fact]
    public void An_empty_stream_is_just_its_end_and_a_silent_one_nothing()
    {
        using var subscription = _pipe.Reader.AsObservable().Subscribe(Recorder());
        Assert.Empty(_heard);
        _pipe.Writer.Complete();
        Assert.Equal(["|"], _heard);
    }

    [Fact]
    public void The_writers_error_is_the_observers()
    {
        using var subscription = _pipe.Reader.AsObservable().Subscribe(Recorder());
        Write("a");
        _pipe.Writer.Complete(new IOException("gone"));
        Assert.Equal(["a", "!gone"], _heard);
    }

    [Fact]
    public void Nothing_is_read_before_the_subscription_and_a_second_one_is_refused()
    {
        Write("a");
        var bytes = _pipe.Reader.AsObservable();
        Assert.Empty(_heard);
        using var first = bytes.Subscribe(Recorder());
        var second = new List<string>();
        using var refused = bytes.Subscribe(_ => second.Add("value"), e => second.Add(e.GetType().Name), () => second.Add("|"));
        Assert.Equal(["InvalidOperationException"], second);
        Write("b");
        Assert.Equal(["a", "b"], _heard);
    }

    [Fact]
    public void Disposal_stops_it_and_frees_the_writer()
    {
        var subscription = _pipe.Reader.AsObservable().Subscribe(Recorder());
        subscription.Dispose();
        subscription.Dispose();
        Assert.True(Write("a"));
        _pipe.Writer.Complete();
        Assert.Empty(_heard);
    }

    [Fact]
    public void Disposal_from_within_a_value_stops_it_there()
    {
        IDisposable? subscription = null;
        subscription = _pipe.Reader.AsObservable().Subscribe(Observer.Create<ReadOnlyMemory<byte>>(
            b =>
            {
                _heard.Add(Encoding.UTF8.GetString(b.Span));
                subscription!.Dispose();
            },
            () => _heard.Add("|")));
        // More than one segment of the pipe: the rest of what was read is not delivered either.
        Write(new string('x', 10_000));
        Write("b");
        _pipe.Writer.Complete();
        Assert.InRange(Assert.Single(_heard).Length, 1, 9_999);
    }

    [Fact]
    public void An_observer_that_throws_ends_only_itself()
    {
        using var subscription = _pipe.Reader.AsObservable().Subscribe(new Raw(
            b =>
            {
                _heard.Add(Encoding.UTF8.GetString(b.Span));
                throw new InvalidOperationException("observer");
            },
            _ => _heard.Add("!"),
            () => _heard.Add("|")));
        Write("a");
        Assert.True(Write("b"));
        _pipe.Writer.Complete();
        Assert.Equal(["a"], _heard);
    }

    [Fact]
    public void An_observer_that_throws_at_the_end_does_not_throw_at_the_writer()
    {
        using var subscription = _pipe.Reader.AsObservable().Subscribe(new Raw(
            _ => { }, _ => { }, () => throw new InvalidOperationException("observer")));
        _pipe.Writer.Complete();
        Assert.Throws<InvalidOperationException>(() => _pipe.Reader.TryRead(out _));
    }

    [Fact]
    public void The_writer_waits_while_the_observer_works()
    {
        var flushed = new List<bool>();
        using var subscription = _pipe.Reader.AsObservable().Subscribe(new Raw(
            b =>
            {
                // Until this returns, nothing of the pipe is consumed: what is written meanwhile counts against its threshold.
                if (flushed.Count == 0)
                {
                    _pipe.Writer.Write(new byte[2000]);
                    flushed.Add(_pipe.Writer.FlushAsync(TestContext.Current.CancellationToken).IsCompleted);
                }

                _heard.Add($"{b.Length}");
            },
            _ => { },
            () => { }));
        Write("a");
        Assert.Equal([false], flushed);
        Assert.Equal(2001, _heard.Sum(int.Parse));
    }

    [Fact]
    public void Chunks_may_be_kept()
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        using var subscription = _pipe.Reader.AsObservable().Subscribe(kept.Add);
        for (var i = 0; i < 100; i++)
        {
            Write($"{i:00}");
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i:00}"), kept.Select(k => Encoding.UTF8.GetString(k.Span)));
    }

    /// <summary>True: the pipe has no reader any more.</summary>
    private bool Write(string text)
    {
        _pipe.Writer.Write(Encoding.UTF8.GetBytes(text));
        var flush = _pipe.Writer.FlushAsync(TestContext.Current.CancellationToken);
        return flush.IsCompleted && flush.GetAwaiter().GetResult().IsCompleted;
    }

    private IObserver<ReadOnlyMemory<byte>> Recorder() => Observer.Create<ReadOnlyMemory<byte>>(
        b => _heard.Add(Encoding.UTF8.GetString(b.Span)), e => _heard.Add("!" + e.Message), () => _heard.Add("|"));

    /// <summary>An observer without the protections of the library's own.</summary>
    private sealed class Raw(Action<ReadOnlyMemory<byte>> next, Action<Exception> error, Action completed)
        : IObserver<ReadOnlyMemory<byte>>
    {
        public void OnNext(ReadOnlyMemory<byte> value) => next(value);

        public void OnError(Exception e) => error(e);

        public void OnCompleted() => completed();
    }
}
