using System.Reactive;
using System.Reactive.Concurrency;
using System.Runtime.CompilerServices;
using Microsoft.Reactive.Testing;
using Rx.Vm.Reactive;
using Rx.Vm.Testing.Failures;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>
/// One marble test: virtual time, scripted sources, expectations. Time begins at zero and diagrams are in time since then, except for
/// those of cold sources, which begin with each subscription.
/// </summary>
/// <remarks>
/// At the same instant: windows begin and end before hot sources send, and those before anything scheduled later; beyond that, work runs
/// in the order in which it was scheduled. So windows are half-open: what happens at the <c>!</c> is not seen any more, what happens at
/// the <c>^</c> is. Not thread-safe; everything happens on the thread that called <see cref="Marble.Run(Action{MarbleRun},
/// MarbleOptions?)"/>.
/// </remarks>
public sealed partial class MarbleRun : IDisposable
{
    private readonly SteppedScheduler _scheduler;
    private readonly MarblePump _pump = new();
    private readonly List<IExpectation> _expectations = [];
    private readonly Queue<Action> _waiting = new();
    private readonly List<(string Name, Func<IEnumerable<Subscription>> Windows)> _sources = [];
    private readonly List<string> _faults = [];

    internal MarbleRun(MarbleOptions options)
    {
        Options = options;
        _scheduler = new(options, ScheduleWaiting);
    }

    /// <summary>Virtual time. Pass it to what is tested; advance it by <see cref="AdvanceBy"/>, so that limits hold.</summary>
    public TestScheduler Scheduler => _scheduler;

    /// <summary>The same as the two schedulers that a host of virtual machines takes.</summary>
    public VmSchedulers Schedulers => VmSchedulers.Single(_scheduler);

    /// <summary>The options of this run.</summary>
    public MarbleOptions Options { get; }

    /// <summary>Virtual time since the run began, to the tick.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(_scheduler.Clock);

    /// <summary>The frame that <see cref="Now"/> is in, counted from 0.</summary>
    public long Frame => _scheduler.Clock / Options.Frame.Ticks;

    /// <summary>
    /// Expects something of a stream. It is subscribed as soon as a matcher says what, unless <see cref="MarbleExpectation{T}.During"/>
    /// says otherwise.
    /// </summary>
    /// <param name="stream">What to watch.</param>
    /// <param name="name">Its name in messages; by default the text of the argument.</param>
    /// <param name="file">The file of the call, for the message; the compiler gives it.</param>
    /// <param name="line">The line of the call, for the message; the compiler gives it.</param>
    public MarbleExpectation<T> Expect<T>(
        IObservable<T> stream, [CallerArgumentExpression(nameof(stream))] string name = "", [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var expectation = new MarbleExpectation<T>(this, stream, ValueText.OneLine(name), new(file, line));
        _expectations.Add(expectation);
        return expectation;
    }

    /// <summary>Expects a scripted source to be subscribed at certain times.</summary>
    /// <param name="source">What <see cref="Cold(string)"/>, <see cref="Hot(string)"/> or the scheduler itself made.</param>
    /// <param name="name">Its name in messages; by default the text of the argument.</param>
    /// <param name="file">The file of the call, for the message; the compiler gives it.</param>
    /// <param name="line">The line of the call, for the message; the compiler gives it.</param>
    public MarbleSubscriptions ExpectSubscriptions<T>(
        ITestableObservable<T> source, [CallerArgumentExpression(nameof(source))] string name = "", [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        var expectation = new MarbleSubscriptions(() => source.Subscriptions, Options.Frame, ValueText.OneLine(name), new(file, line));
        _expectations.Add(expectation);
        return expectation;
    }

    /// <summary>
    /// Expects <paramref name="check"/> not to throw when everything has run. Judged in order with the other expectations.
    /// </summary>
    public void Verify(Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        _expectations.Add(new Check(check));
    }

    /// <summary>Calls <paramref name="action"/> at a time since the run began.</summary>
    /// <exception cref="MarbleException">That time has passed.</exception>
    public void At(TimeSpan time, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        RefusePast(time, "the action");
        _waiting.Enqueue(() => AtOnce(time, action));
    }

    /// <summary>Runs what is due within the next <paramref name="time"/>, that instant included, and sets the clock to it.</summary>
    /// <exception cref="MarbleException">Called by scheduled work, or back in time, or past the cap or the limit of work.</exception>
    public void AdvanceBy(TimeSpan time) => AdvanceTo(Now + time);

    /// <summary>Runs what is due until a time since the run began, that instant included, and sets the clock to it.</summary>
    /// <exception cref="MarbleException">Called by scheduled work, or back in time, or past the cap or the limit of work.</exception>
    public void AdvanceTo(TimeSpan time)
    {
        RefusePast(time, "advancing");
        if (_scheduler.IsWorking)
        {
            throw new MarbleException("scheduled work cannot advance the time it runs in");
        }

        if (time > Options.MaxTime)
        {
            throw new MarbleException(
                $"virtual time may go to {Durations.Words(Options.MaxTime.Ticks)} in this run (MarbleOptions.MaxTime)");
        }

        while (_pump.RunOne() || _scheduler.Step(time.Ticks))
        {
        }

        _scheduler.MoveTo(time.Ticks);
    }

    /// <summary>Ends every subscription of the run.</summary>
    public void Dispose()
    {
        foreach (var expectation in _expectations)
        {
            expectation.Dispose();
        }
    }
}
