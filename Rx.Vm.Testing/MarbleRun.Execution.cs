using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

// How a run goes from its body to its verdict.
public sealed partial class MarbleRun
{
    private const int MostFailures = 5;

    internal IEnumerable<(string Name, IEnumerable<Subscription> Windows)> Sources => _sources.Select(s => (s.Name, s.Windows()));

    internal int ThreadId { get; } = Environment.CurrentManagedThreadId;

    internal void Execute(Func<MarbleRun, MarbleTask> body)
    {
        try
        {
            _pump.Run(() => Finish(body));
        }
        catch (MarbleLimitException e)
        {
            var open = _expectations.Where(x => x.IsOpen).ToList();
            var who = open.Count == 0 ? "nothing is subscribed any more" : $"still subscribed: {Names(open)}";
            var site = open.Count == 0 ? default : open[0].Site;
            throw new MarbleException($"{e.Message}; {who}. What never ends needs a window: .During(\"^ 1s !\")", e) { Site = site };
        }
    }

    /// <summary>Puts <paramref name="action"/> on the scheduler now, ahead of what waits for the same time.</summary>
    internal void AtOnce(TimeSpan time, Action action) =>
        _scheduler.ScheduleAbsolute(action, time.Ticks, static (_, run) =>
        {
            run();
            return Disposable.Empty;
        });

    internal void RefusePast(TimeSpan time, string what)
    {
        if (time < Now)
        {
            throw new MarbleException($"{what}: {Durations.Words(Math.Max(0, time.Ticks))} has passed, it is {Durations.Words(Now.Ticks)}");
        }
    }

    private void Finish(Func<MarbleRun, MarbleTask> body)
    {
        var finished = body(this).Task;

        // A body that left this thread ends on another, which posts nothing by itself.
        finished.ContinueWith(
            static (_, pump) => ((MarblePump)pump!).Post(static _ => { }, null), _pump, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (!finished.IsCompleted)
        {
            if (!_pump.RunOne() && !Step() && !_pump.Wait(Options.Patience))
            {
                throw new MarbleException(
                    $"at {Durations.Words(_scheduler.Clock)} the body waits, but nothing is scheduled that could go on with it");
            }
        }

        finished.GetAwaiter().GetResult();
        RefuseVacuous();
        while (_pump.RunOne() || Step())
        {
        }

        Judge();
    }

    /// <summary>Puts what waits on the scheduler, when time is about to move: at the same instant, windows come first.</summary>
    private void ScheduleWaiting()
    {
        while (_waiting.TryDequeue(out var schedule))
        {
            schedule();
        }
    }

    private bool Step() => _scheduler.Step(long.MaxValue);

    private void RefuseVacuous()
    {
        if (_expectations.Count == 0)
        {
            throw new MarbleException("nothing is expected: the body calls neither Expect nor ExpectSubscriptions nor Verify");
        }

        if (_expectations.FirstOrDefault(e => !e.HasMatcher) is { } open)
        {
            throw new MarbleException($"the expectation of {open.Name} has no matcher: say ToBe or ToEqual\n  {open.Site}")
            {
                Site = open.Site,
            };
        }
    }

    private void Judge()
    {
        var site = default(CallSite);
        var failures = new List<string>(_faults);
        for (var i = 0; i < _expectations.Count; i++)
        {
            if (Number(_expectations[i].Verdict(), i) is { } failure)
            {
                failures.Add(failure);
                site = site.IsKnown ? site : _expectations[i].Site;
            }
        }

        if (failures.Count > 0)
        {
            var more = failures.Count > MostFailures ? $"\n\nand {failures.Count - MostFailures} more" : "";
            throw new MarbleException(string.Join("\n\n", failures.Take(MostFailures)) + more) { Site = site };
        }
    }

    private static string Names(List<IExpectation> open) =>
        string.Join(", ", open.Take(MostFailures).Select(x => x.Name)) + (open.Count > MostFailures ? ", …" : "");

    private string? Number(string? verdict, int index) =>
        verdict is null ? null : _expectations.Count == 1 ? verdict : $"expectation {index + 1} of {_expectations.Count}, {verdict}";
}
