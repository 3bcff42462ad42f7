using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;

namespace Rx.Vm.Tests.Cli;

/// <summary>For what another process does and tells nobody.</summary>
internal static class Eventually
{
    private static readonly TaskPoolScheduler Scheduler = new(Task.Factory);

    /// <summary>Looks again and again until <paramref name="condition"/> holds or the test's time is up.</summary>
    public static Task HoldsAsync(Func<bool> condition) => Observable.Interval(TimeSpan.FromMilliseconds(20), Scheduler)
        .Where(_ => condition())
        .FirstAsync()
        .ToTask(TestContext.Current.CancellationToken);
}
