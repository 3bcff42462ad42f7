using System.Reactive.Concurrency;

namespace Rx.Vm.Cli;

/// <summary>Where real time enters the program: everything below gets it as a parameter.</summary>
internal static class CliScheduler
{
#pragma warning disable RS0030 // The one place that chooses the real clock.
    public static IScheduler Instance => TaskPoolScheduler.Default;
#pragma warning restore RS0030
}
