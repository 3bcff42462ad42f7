using Microsoft.Reactive.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>
/// Virtual time that notices when work has left its thread: there a run is no longer determined. It remembers where that happened first.
/// </summary>
internal sealed class OneThreadScheduler : TestScheduler
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>The stack of the first use from another thread, or null.</summary>
    public string? Strayed { get; private set; }

    public override IDisposable ScheduleAbsolute<TState>(
        TState state, long dueTime, Func<System.Reactive.Concurrency.IScheduler, TState, IDisposable> action)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Strayed ??= Environment.StackTrace;
        }

        return base.ScheduleAbsolute(state, dueTime, action);
    }
}
