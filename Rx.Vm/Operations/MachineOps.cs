using System.Reactive.Concurrency;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Operations;

/// <summary>Who carries out what for one machine.</summary>
internal static class MachineOps
{
    /// <summary>A handler for every kind there is.</summary>
    /// <param name="launch">The process and its session.</param>
    /// <param name="timeouts">The machine's times.</param>
    /// <param name="time">Their clock.</param>
    /// <param name="inline">Whether everything continues on the thread that moved the bytes.</param>
    /// <param name="extended">Hears that a machine at work was given a limit's time again.</param>
    public static OpTable Of(LaunchOps launch, VmTimeouts timeouts, IScheduler time, bool inline, Action<OpKind>? extended = null)
    {
        var table = new OpTable();
        table.SetDeadlines(new OpTimers(time, timeouts, () => launch.Session?.Machine.ProcessorTime, extended).WaitAsync);
        launch.Register(table);
        new MonitorOps(() => launch.Live, timeouts).Register(table);
        new DeviceOps(() => launch.Live, timeouts.PodStop).Register(table);
        new PodOps(() => launch.Live, inline).Register(table);
        new CallOps(() => launch.Live, inline).Register(table);
        return table;
    }
}
