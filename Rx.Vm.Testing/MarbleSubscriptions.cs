using Microsoft.Reactive.Testing;
using Rx.Vm.Testing.Failures;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>An expectation of when a scripted source is subscribed.</summary>
public sealed class MarbleSubscriptions : IExpectation
{
    private readonly Func<IEnumerable<Subscription>> _actual;
    private readonly TimeSpan _frame;
    private readonly string _name;
    private readonly CallSite _site;
    private MarbleWindow[]? _expected;

    internal MarbleSubscriptions(Func<IEnumerable<Subscription>> actual, TimeSpan frame, string name, CallSite site)
    {
        _actual = actual;
        _frame = frame;
        _name = name;
        _site = site;
    }

    string IExpectation.Name => _name;

    CallSite IExpectation.Site => _site;

    bool IExpectation.HasMatcher => _expected is not null;

    bool IExpectation.IsOpen => false;

    /// <summary>Expects these subscriptions, in their order and no others; without any, expects that there is none.</summary>
    /// <param name="windows">Diagrams such as <c>^--!</c>; without a <c>!</c> the subscription lasts.</param>
    /// <exception cref="MarbleSyntaxException">A text is no window.</exception>
    /// <exception cref="MarbleException">There is an expectation already.</exception>
    public void ToBe(params string[] windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        if (_expected is not null)
        {
            throw new MarbleException($"the expectation of {_name} has two matchers");
        }

        _expected = [.. windows.Select(w => Marbles.ParseWindow(w, _frame))];
    }

    string? IExpectation.Verdict()
    {
        MarbleWindow[] actual = [.. _actual().Select(s => Windows.Of(s))];
        return _expected!.Select(w => Windows.Frames(w, _frame)).SequenceEqual(actual.Select(w => Windows.Frames(w, _frame)))
            ? null
            : WindowReport.Write($"subscriptions of {_name}", _site, _expected!, actual, _frame);
    }

    void IDisposable.Dispose()
    {
    }
}
