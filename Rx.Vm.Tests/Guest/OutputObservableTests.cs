using System.Reactive;
using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Guest;

/// <summary>The standing scenarios of a stream, for output as an observable.</summary>
public class OutputObservableTests
{
    private readonly List<string> _heard = [];
    private readonly List<int> _granted = [];
    private readonly OutputLog _log;
    private readonly ProcessOutput _output;

    public OutputObservableTests()
    {
        _log = new(OutputPolicy.WaitAt(4096), new StreamBudget(0), _granted.Add, isInline: true);
        _output = new(_log);
    }

    [Fact]
    public void Bytes_come_in_order_then_the_end()
    {
        Write("early ");
        using var subscription = _output.Subscribe(Recorder());
        Assert.Equal(["early "], _heard);
        Write("late");
        _log.Complete();
        Assert.Equal(["early ", "late", "|"], _heard);
    }

    [Fact]
    public void An_empty_stream_is_just_its_end_and_a_silent_one_nothing()
    {
        using var subscription = _output.Subscribe(Recorder());
        Assert.Empty(_heard);
        _log.Complete();
        Assert.Equal(["|"], _heard);
    }

    [Fact]
    public void Every_subscription_reads_for_itself_also_behind_the_end()
    {
        Write("a");
        using var first = _output.Subscribe(Recorder("1"));
        Write("b");
        using var second = _output.Subscribe(Recorder("2"));
        Write("c");
        _log.Complete();
        using var third = _output.Subscribe(Recorder("3"));
        Assert.Equal(["1a", "1b", "2ab", "1c", "2c", "1|", "2|", "3abc", "3|"], _heard);
    }

    [Fact]
    public void A_position_is_where_a_subscription_begins_and_its_gap_is_told()
    {
        Write("abc");
        using var middle = _output.From(1).Subscribe(p => _heard.Add($"{p.Position} {p.Missed} {Encoding.UTF8.GetString(p.Bytes.Span)}"));
        Write(new string('x', 5000));
        using var gone = _output.From(1).Subscribe(p => _heard.Add($"{p.Position} {p.Missed} {p.Bytes.Length}"));
        Assert.Equal("1 0 bc", _heard[0]);
        Assert.Equal("907 906 4096", _heard[^1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _output.From(-1));
    }

    [Fact]
    public void Disposal_stops_it_and_frees_the_writer()
    {
        var subscription = _output.Subscribe(Recorder());
        subscription.Dispose();
        subscription.Dispose();
        Write(new string('x', 4096));
        Assert.Equal([4096], _granted);
        _log.Complete();
        Assert.Empty(_heard);
    }

    [Fact]
    public void Disposal_from_within_a_value_stops_it_there()
    {
        IDisposable? subscription = null;
        subscription = _output.Subscribe(Observer.Create<ReadOnlyMemory<byte>>(
            b =>
            {
                _heard.Add(Encoding.UTF8.GetString(b.Span));
                subscription!.Dispose();
            },
            () => _heard.Add("|")));
        Write("a");
        Write("b");
        _log.Complete();
        Assert.Equal(["a"], _heard);
    }

    [Fact]
    public void An_observer_that_throws_ends_only_itself()
    {
        using var bad = _output.Subscribe(new Raw(
            b =>
            {
                _heard.Add(Encoding.UTF8.GetString(b.Span));
                throw new InvalidOperationException("observer");
            },
            _ => _heard.Add("!"),
            () => _heard.Add("|")));
        using var good = _output.Subscribe(Recorder("good "));
        Write("a");
        Write("b");
        Assert.Equal(["a", "good a", "good b"], _heard);
        Write(new string('x', 4094));
        Assert.NotEmpty(_granted);
        _log.Complete();
        Assert.Equal("good |", _heard[^1]);
    }

    [Fact]
    public void An_observer_that_throws_at_the_end_does_not_throw_at_the_writer()
    {
        using var bad = _output.Subscribe(new Raw(_ => { }, _ => { }, () => throw new InvalidOperationException("observer")));
        using var good = _output.Subscribe(Recorder());
        _log.Complete();
        Assert.Equal(["|"], _heard);
    }

    [Fact]
    public void The_writer_gets_no_credit_while_the_observer_works()
    {
        using var subscription = _output.Subscribe(new Raw(
            b =>
            {
                // The piece was taken; what comes while this one works counts against the window.
                if (_heard.Count == 0)
                {
                    _heard.Add("");
                    _granted.Clear();
                    Write(new string('x', 4096));
                    Assert.Empty(_granted);
                }

                _heard.Add($"{b.Length}");
            },
            _ => { },
            () => { }));
        Write("a");
        Assert.Equal(["", "1", "4096"], _heard);
        Assert.NotEmpty(_granted);
    }

    [Fact]
    public void Chunks_may_be_kept()
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        using var subscription = _output.Subscribe(kept.Add);
        for (var i = 0; i < 100; i++)
        {
            Write($"{i:00}");
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i:00}"), kept.Select(k => Encoding.UTF8.GetString(k.Span)));
    }

    private void Write(string text) => _log.Append(Encoding.UTF8.GetBytes(text));

    private IObserver<ReadOnlyMemory<byte>> Recorder(string name = "") => Observer.Create<ReadOnlyMemory<byte>>(
        b => _heard.Add(name + Encoding.UTF8.GetString(b.Span)), e => _heard.Add($"{name}!{e.Message}"), () => _heard.Add(name + "|"));

    /// <summary>An observer without the protections of the library's own.</summary>
    private sealed class Raw(Action<ReadOnlyMemory<byte>> next, Action<Exception> error, Action completed)
        : IObserver<ReadOnlyMemory<byte>>
    {
        public void OnNext(ReadOnlyMemory<byte> value) => next(value);

        public void OnError(Exception e) => error(e);

        public void OnCompleted() => completed();
    }
}
