using System.Reactive;
using Microsoft.Reactive.Testing;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

// The scripted sources of a run.
public sealed partial class MarbleRun
{
    /// <summary>A source of strings that plays its diagram to each subscriber, from the time of the subscription on.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram.</exception>
    public ITestableObservable<string> Cold(string diagram) => Cold<string>(diagram, []);

    /// <summary>A source that plays its diagram to each subscriber, from the time of the subscription on. It enforces no grammar.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram.</exception>
    public ITestableObservable<T> Cold<T>(string diagram, params MarbleLegend<T> legend)
    {
        var source = _scheduler.CreateColdObservable(Plan(diagram, legend, "a cold source"));
        _sources.Add(($"cold {ValueText.Of(diagram)}", () => source.Subscriptions));
        return source;
    }

    /// <summary>A source of strings that plays its diagram once, whoever is subscribed.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram.</exception>
    public ITestableObservable<string> Hot(string diagram) => Hot<string>(diagram, []);

    /// <summary>
    /// A source that plays its diagram once, whoever is subscribed; its times are those of the run. With a <c>^</c>, what stands before it
    /// was before the run, so nobody sees it. It enforces no grammar.
    /// </summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram.</exception>
    /// <exception cref="MarbleException">The run has passed the time of the first marble.</exception>
    public ITestableObservable<T> Hot<T>(string diagram, params MarbleLegend<T> legend)
    {
        var messages = Messages(DiagramReader.Read(diagram, Options.Frame.Ticks).Resolve(legend).SkipWhile(e => e.At < TimeSpan.Zero));
        if (messages.Length > 0 && _scheduler.Clock > 0)
        {
            RefusePast(TimeSpan.FromTicks(messages[0].Time), $"hot {ValueText.Of(diagram)}");
        }

        var source = new HotSource<T>(_scheduler, messages);
        _sources.Add(($"hot {ValueText.Of(diagram)}", () => source.Subscriptions));
        _waiting.Enqueue(source.Schedule);
        return source;
    }

    /// <summary>
    /// A cold source with one diagram for each subscription in turn, to test reconnecting. A subscription more than there are diagrams
    /// gets an error and fails the run.
    /// </summary>
    /// <exception cref="MarbleSyntaxException">A text is no diagram.</exception>
    public ITestableObservable<T> Attempts<T>(IEnumerable<string> diagrams, params MarbleLegend<T> legend)
    {
        ArgumentNullException.ThrowIfNull(diagrams);
        ITestableObservable<T>[] attempts =
            [.. diagrams.Select(d => _scheduler.CreateColdObservable(Plan(d, legend, "an attempt")))];
        var source = new AttemptSource<T>(_scheduler, attempts, _faults.Add);
        _sources.Add(("attempts", () => source.Subscriptions));
        return source;
    }

    /// <summary>A scripted peer whose requests and replies are strings: see the other overload.</summary>
    /// <param name="answer">The diagram for a request, or null if none is expected.</param>
    public MarblePeer<string, string> Script(Func<string, string?> answer) => Script<string, string>(answer, []);

    /// <summary>
    /// A scripted peer: for each request a diagram of what comes back, from the time of the request on. A request without a diagram gets
    /// an error and fails the run.
    /// </summary>
    /// <param name="answer">The diagram for a request, or null if none is expected.</param>
    /// <param name="legend">What the names in the diagrams stand for.</param>
    public MarblePeer<TRequest, TReply> Script<TRequest, TReply>(Func<TRequest, string?> answer, params MarbleLegend<TReply> legend)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new(request => answer(request) is { } diagram
            ? _scheduler.CreateColdObservable(Plan(diagram, legend, "an answer"))
            : Refuse($"nothing is scripted for the request {ValueText.Of(request)}"));

        IObservable<TReply> Refuse(string fault)
        {
            _faults.Add(fault);
            return System.Reactive.Linq.Observable.Throw<TReply>(new MarbleException(fault));
        }
    }

    private static Recorded<Notification<T>>[] Messages<T>(IEnumerable<MarbleEvent<T>> events) =>
        [.. events.Select(e => new Recorded<Notification<T>>(e.At.Ticks, Sendable(e.Notification)))];

    private static Notification<T> Sendable<T>(Notification<T> notification) => notification.Exception is ErrorPattern
        ? throw new MarbleException("the legend describes an error by a test; a source needs an exception it can send")
        : notification;

    private Recorded<Notification<T>>[] Plan<T>(string diagram, MarbleLegend<T> legend, string what) =>
        Messages(DiagramReader.Read(diagram, Options.Frame.Ticks).FromZero(what).Resolve(legend));
}
