using System.Reactive.Disposables;
using System.Reactive.Subjects;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>Every expected stream is held to the rules of Rx, even where it is equal to what was expected.</summary>
public sealed class MarbleGuardTests
{
    [Theory]
    [InlineData("a|b", "called OnNext \"b\" after it had ended, at 2ms")]
    [InlineData("a||", "called OnCompleted after it had ended, at 2ms")]
    [InlineData("#|", "called OnCompleted after it had ended, at 1ms")]
    [InlineData("|#", "called OnError after it had ended, at 1ms")]
    public void Nothing_comes_after_the_end(string diagram, string problem) =>
        Breaks(problem, m => m.Expect(m.Hot(diagram)).ToBe(diagram));

    [Fact]
    public void A_call_inside_a_call_is_seen() => Breaks("called OnNext 2 while an earlier call was still running, at 1ms", m =>
    {
        var subject = new Subject<int>();
        m.Expect(subject).Reacting(x =>
        {
            if (x == 1)
            {
                subject.OnNext(2);
            }
        }).ToBe("-(12)");
        m.At(TimeSpan.FromMilliseconds(1), () => subject.OnNext(1));
    });

    [Fact]
    public void A_call_from_another_thread_is_seen() => Breaks("called OnNext 1 on another thread than that of the run, at 1ms", m =>
    {
        var subject = new Subject<int>();
        m.Expect(subject).ToBe("-1");
        m.At(TimeSpan.FromMilliseconds(1), () =>
        {
            var thread = new Thread(() => subject.OnNext(1));
            thread.Start();
            thread.Join();
        });
    });

    [Fact]
    public void A_call_after_disposal_is_seen() => Breaks("called OnNext 1 after its subscription was disposed, at 3ms", m =>
    {
        var deaf = new Deaf();
        m.Expect(deaf).During("^-!").ToBe("---1");
        m.At(TimeSpan.FromMilliseconds(3), () => deaf.Observer!.OnNext(1));
    });

    [Fact]
    public void The_other_stream_of_a_comparison_is_watched_too() => Breaks("after it had ended", m =>
    {
        var source = m.Hot("a|b");
        m.Expect(source).ToEqual(source);
    });

    [Fact]
    public void Only_the_first_violations_are_listed()
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(m => m.Expect(m.Hot("|aaaaaaaaaa")).ToBe("|aaaaaaaaaa")));
        Assert.Equal(5, failed.Message.Split("after it had ended").Length - 1);
    }

    private static void Breaks(string rule, Action<MarbleRun> body)
    {
        var failed = Assert.Throws<MarbleException>(() => Marble.Run(body));
        Assert.Contains("as expected, but the stream broke a rule\n", failed.Message, StringComparison.Ordinal);
        Assert.Contains(rule, failed.Message, StringComparison.Ordinal);
    }

    private sealed class Deaf : IObservable<int>
    {
        public IObserver<int>? Observer { get; private set; }

        public IDisposable Subscribe(IObserver<int> observer)
        {
            Observer = observer;
            return Disposable.Empty;
        }
    }
}
