using Microsoft.Reactive.Testing;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing;

/// <summary>How a run goes from its body to its verdict.</summary>
public sealed partial class MarbleRun
{
    private const int MostFailures = 5;

    internal IEnumerable<(string Name, IEnumerable<Subscription> Windows)> Sources => _sources.Select(s => (s.Name, s.Windows()));

    internal int ThreadId { get; } = Environment.CurrentManagedThreadId;

    internal void Execute(Func<MarbleRun, Task> body)
    {
        try
        {
            Finish(body);
        }
        catch (MarbleLimitException e)
        {
            var open = _expectations.Where(x => x.IsOpen).Select(x => x.Name).ToList();
            var who = open.Count == 0 ? "nothing is subscribed any more" : $"still subscribed: {string.Join(", ", open)}";
            throw new MarbleException($"{e.Message}; {who}. What never ends needs a window: .During(\"^ 1s !\")", e);
        }
    }

    /// <summary>Does <paramref name="action"/> at a time, before what sources send at the same one.</summary>
    internal void AtWindow(TimeSpan time, Action action) => Schedule(time, action);

    internal void RefusePast(TimeSpan time, string what)
    {
        if (time < Now)
        {
            throw new MarbleException($"{what}: {Durations.Shortest(Math.Max(0, time.Ticks))} has passed, it is {Durations.Shortest(Now.Ticks)}");
        }
    }

    private void Finish(Func<MarbleRun, Task> body)
    {
        var finished = _pump.AsBody(() => body(this));
        while (!finished.IsCompleted)
        {
            if (!_pump.RunOne() && !Step() && !_pump.Wait(Options.Patience))
            {
                throw new MarbleException(
                    $"at {Durations.Shortest(_scheduler.Clock)} the body waits, but nothing is scheduled that could go on with it");
            }
        }

        finished.GetAwaiter().GetResult();
        RefuseVacuous();
        Attach();
        while (_pump.RunOne() || Step())
        {
        }

        Judge();
    }

    /// <summary>Subscribes what waits for it, then starts hot sources: at the same instant, windows come first.</summary>
    private void Attach()
    {
        while (_pending.TryDequeue(out var subscribe))
        {
            _pump.AsWork(subscribe);
        }

        while (_pendingSends.TryDequeue(out var send))
        {
            send();
        }
    }

    private bool Step() => _pump.AsWork(() => _scheduler.Step(long.MaxValue));

    private void RefuseVacuous()
    {
        if (_expectations.Count == 0)
        {
            throw new MarbleException("nothing is expected: the body calls neither Expect nor ExpectSubscriptions nor Verify");
        }

        if (_expectations.FirstOrDefault(e => !e.HasMatcher) is { } open)
        {
            throw new MarbleException($"the expectation of {open.Name} has no matcher: say ToBe or ToEqual");
        }
    }

    private void Judge()
    {
        var failures = _faults.Concat(_expectations.Select((e, index) => Number(e.Verdict(), index)).OfType<string>()).ToList();
        if (failures.Count > 0)
        {
            var more = failures.Count > MostFailures ? $"\n\nand {failures.Count - MostFailures} more" : "";
            throw new MarbleException(string.Join("\n\n", failures.Take(MostFailures)) + more);
        }
    }

    private string? Number(string? verdict, int index) =>
        verdict is null ? null : _expectations.Count == 1 ? verdict : $"expectation {index + 1} of {_expectations.Count}, {verdict}";
}
