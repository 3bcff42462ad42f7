using System.Diagnostics;
using System.Reactive.Concurrency;
using Xunit.Sdk;
using Xunit.v3;

namespace Rx.Qmp.Tests.Limits;

/// <summary>
/// Hands on what a run of tests reports. When none has finished for too long, those that are running are reported as timed out and
/// named, and the run is over: its report is written as ever, and the process ends although some of its threads do not.
/// </summary>
internal sealed class HangWatch(IMessageSink sink, TimeSpan silence, IScheduler time, TextWriter errors) : IMessageSink, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly IStopwatch _clock = time.StartStopwatch();
    private readonly Dictionary<string, (ITestStarting Test, TimeSpan Since)> _running = [];
    private readonly Dictionary<string, string> _classes = [];
    private readonly TaskCompletionSource _hung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _done = new();
    private readonly Lock _gate = new();
    private TimeSpan _lastSign;
    private int _total;
    private int _failed;
    private int _skipped;
    private bool _over;

    /// <summary>Completes when the run was given up.</summary>
    public Task Hung => _hung.Task;

    /// <summary>Looks by itself from now on, until it is disposed.</summary>
    public void Start() => new Thread(Watch) { IsBackground = true, Name = "hang watch" }.Start();

    /// <inheritdoc/>
    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (_gate)
        {
            if (_over)
            {
                return false;
            }

            Note(message);
        }

        return sink.OnMessage(message);
    }

    /// <summary>Gives the run up if it is time to, and says whether it did.</summary>
    public bool Look()
    {
        List<(ITestStarting Test, TimeSpan For)> running;
        string[] classes;
        lock (_gate)
        {
            if (_over || _clock.Elapsed - _lastSign < silence || Debugger.IsAttached)
            {
                return _over;
            }

            _over = true;
            running = [.. _running.Values.Select(r => (r.Test, _clock.Elapsed - r.Since)).OrderByDescending(r => r.Item2)];
            classes = [.. _classes.Values];
        }

        Tell(running, classes);
        if (running.Count == 0)
        {
            // There is no test to report: it must not look like a run in which there was nothing to do.
            EndTheProcess();
        }

        running.ForEach(r => Fail(r.Test, r.For));
        sink.OnMessage(new TestAssemblyFinished
        {
            AssemblyUniqueID = running[0].Test.AssemblyUniqueID,
            ExecutionTime = (decimal)_clock.Elapsed.TotalSeconds,
            FinishTime = time.Now,
            TestsFailed = _failed + running.Count,
            TestsNotRun = 0,
            TestsSkipped = _skipped,
            TestsTotal = _total + running.Count,
        });
        _hung.TrySetResult();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _done.Set();

    private void Note(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestStarting test:
                _running[test.TestUniqueID] = (test, _clock.Elapsed);
                break;
            case ITestFinished test:
                _running.Remove(test.TestUniqueID);
                _total++;
                break;
            case ITestFailed:
                _failed++;
                break;
            case ITestSkipped:
                _skipped++;
                break;
            case ITestClassStarting starting:
                _classes[starting.TestClassUniqueID!] = starting.TestClassName;
                break;
            case ITestClassFinished finished:
                _classes.Remove(finished.TestClassUniqueID!);
                break;
            default:
                return;
        }

        _lastSign = _clock.Elapsed;
    }

    private void Watch()
    {
        while (!_done.Wait(TimeSpan.FromTicks(silence.Ticks / 10)))
        {
            if (Look())
            {
                // The runner writes its report and ends; if what hangs keeps it from that, the process ends all the same.
                using var never = new ManualResetEventSlim();
                never.Wait(Grace);
                EndTheProcess();
            }
        }
    }

    private static void EndTheProcess()
    {
        using var never = new ManualResetEventSlim();
        new Thread(() => Environment.Exit(1)) { IsBackground = true }.Start();
        never.Wait(Grace);
        Process.GetCurrentProcess().Kill();
    }

    private void Tell(List<(ITestStarting Test, TimeSpan For)> running, string[] classes)
    {
        errors.WriteLine($"No test has finished for {silence.TotalSeconds:0} s, so this run ends. {Running(running.Count)}");
        foreach (var (test, time) in running)
        {
            errors.WriteLine($"  hangs: {test.TestDisplayName} (for {time.TotalSeconds:0} s)");
        }

        if (running.Count == 0)
        {
            errors.WriteLine($"  under way: {string.Join(", ", classes.DefaultIfEmpty("no test class"))}");
        }

        errors.Flush();
    }

    private static string Running(int count) => count == 0 ? "Nothing is running but a fixture:" : $"{count} running:";

    private void Fail(ITestStarting test, TimeSpan time)
    {
        var hang = new HangException(
            $"This test was still running after {time.TotalSeconds:0} s, and no other test had finished for {silence.TotalSeconds:0} s.");
        var failed = TestFailed.FromException(
            hang, test.AssemblyUniqueID, test.TestCollectionUniqueID, test.TestClassUniqueID, test.TestMethodUniqueID, test.TestCaseUniqueID,
            test.TestUniqueID, (decimal)time.TotalSeconds, output: null, warnings: null);
        sink.OnMessage(failed);
        sink.OnMessage(new TestFinished
        {
            AssemblyUniqueID = test.AssemblyUniqueID,
            Attachments = new Dictionary<string, TestAttachment>(),
            ExecutionTime = failed.ExecutionTime,
            FinishTime = failed.FinishTime,
            Output = "",
            TestCaseUniqueID = test.TestCaseUniqueID,
            TestClassUniqueID = test.TestClassUniqueID,
            TestCollectionUniqueID = test.TestCollectionUniqueID,
            TestMethodUniqueID = test.TestMethodUniqueID,
            TestUniqueID = test.TestUniqueID,
            Warnings = null,
        });
    }

    /// <summary>A test that did not end.</summary>
    private sealed class HangException(string message) : Exception(message), ITestTimeoutException;
}
