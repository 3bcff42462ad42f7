using Rx.Vm.Testing.Failures;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>
/// An expectation of a stream. Whatever it is compared with, the stream must keep the grammar of Rx (values, then at most one end), must
/// not call again while a call is running, nor from another thread, nor after its subscription was disposed.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
public sealed class MarbleExpectation<T> : IExpectation
{
    private readonly MarbleRun _run;
    private readonly string _name;
    private readonly CallSite _site;
    private readonly Watch<T> _actual;
    private readonly List<NamedError> _errors = [];
    private Watch<T>? _other;
    private MarbleRecording<T>? _expected;
    private MarbleLegend<T> _legend = MarbleLegend<T>.Empty;
    private IEqualityComparer<T>? _comparer;
    private MarbleWindow? _window;
    private bool _attached;

    internal MarbleExpectation(MarbleRun run, IObservable<T> stream, string name, CallSite site)
    {
        _run = run;
        _name = name;
        _site = site;
        _actual = new(run, stream);
    }

    string IExpectation.Name => _name;

    CallSite IExpectation.Site => _site;

    bool IExpectation.HasMatcher => _expected is not null || _other is not null;

    bool IExpectation.IsOpen => _actual.IsOpen || _other is { IsOpen: true };

    /// <summary>
    /// Subscribes at the <c>^</c> and unsubscribes at the <c>!</c>: <c>^ 1s !</c>. Half-open: what comes at the <c>!</c> is not seen.
    /// </summary>
    /// <exception cref="MarbleSyntaxException">The text is no window.</exception>
    /// <exception cref="MarbleException">The stream is subscribed already, or the window begins in the past.</exception>
    public MarbleExpectation<T> During(string window)
    {
        var parsed = Marbles.ParseWindow(window, _run.Options.Frame);
        RefuseAttached("During");
        _run.RefusePast(parsed.Subscribe, $"During(\"{window}\")");
        _window = parsed;
        return this;
    }

    /// <summary>Lets <c>#</c>, or <c>#[name]</c>, stand for an exception of the type and message of <paramref name="error"/>.</summary>
    public MarbleExpectation<T> WithError(Exception error, string name = "")
    {
        ArgumentNullException.ThrowIfNull(error);
        _errors.Add(NamedError.Of(name, error));
        return this;
    }

    /// <summary>Lets <c>#</c>, or <c>#[name]</c>, stand for any exception of a type that passes a test.</summary>
    /// <param name="accepts">Judges the exception; null accepts every one of the type.</param>
    /// <param name="name">The name in the brackets, or empty for a bare <c>#</c>.</param>
    public MarbleExpectation<T> WithError<TException>(Func<TException, bool>? accepts = null, string name = "")
        where TException : Exception
    {
        _errors.Add(NamedError.Matching(name, accepts));
        return this;
    }

    /// <summary>Compares values by <paramref name="comparer"/> instead of their own equality.</summary>
    public MarbleExpectation<T> ComparedBy(IEqualityComparer<T> comparer)
    {
        _comparer = comparer;
        return this;
    }

    /// <summary>
    /// Calls <paramref name="react"/> with each value inside the stream's own call, as an observer that acts on it would.
    /// </summary>
    /// <exception cref="MarbleException">The stream is subscribed already.</exception>
    public MarbleExpectation<T> Reacting(Action<T> react)
    {
        ArgumentNullException.ThrowIfNull(react);
        RefuseAttached("Reacting");
        _actual.React = react;
        return this;
    }

    /// <summary>
    /// Expects what a diagram says, by whole frames of time since the run began. Subscribes now, or at the window's <c>^</c>.
    /// </summary>
    /// <param name="diagram">The diagram; an empty one expects silence.</param>
    /// <param name="legend">What its names stand for.</param>
    /// <exception cref="MarbleSyntaxException">The text is no diagram, or a name stands for nothing.</exception>
    /// <exception cref="MarbleException">There is a matcher already.</exception>
    public void ToBe(string diagram, params MarbleLegend<T> legend)
    {
        RefuseSecond();
        _legend = legend.With(_errors);
        _expected = DiagramReader.Read(diagram, _run.Options.Frame.Ticks).FromZero("an expectation").Resolve(_legend);
        Attach();
    }

    /// <summary>Expects what a recording says, by whole frames. Subscribes now, or at the window's <c>^</c>.</summary>
    public void ToBe(MarbleRecording<T> recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        RefuseSecond();
        _legend = _legend.With(_errors);
        _expected = recording;
        Attach();
    }

    /// <summary>Expects the same as another stream does in the same window. Subscribes both now, or at the window's <c>^</c>.</summary>
    /// <exception cref="MarbleException">There is a matcher already.</exception>
    public void ToEqual(IObservable<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        RefuseSecond();
        _legend = _legend.With(_errors);
        _other = new(_run, other);
        Attach();
    }

    string? IExpectation.Verdict()
    {
        var expected = _expected ?? _other!.Recording;
        var report = new StreamReport<T>(_name, _site, _run, _legend, _comparer, _actual.Window);
        return report.Write(expected, _actual.Recording, [.. _actual.Violations, .. _other?.Violations ?? []]);
    }

    void IDisposable.Dispose()
    {
        _actual.Dispose();
        _other?.Dispose();
    }

    private void Attach()
    {
        _attached = true;
        _actual.Attach(_window);
        _other?.Attach(_window);
    }

    private void RefuseAttached(string what)
    {
        if (_attached)
        {
            throw new MarbleException($"{what} comes too late: {_name} is already subscribed");
        }
    }

    private void RefuseSecond()
    {
        if (_expected is not null || _other is not null)
        {
            throw new MarbleException($"the expectation of {_name} has two matchers");
        }
    }
}
