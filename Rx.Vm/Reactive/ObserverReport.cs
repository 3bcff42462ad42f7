using Rx.Qmp.Isolation;
using Serilog;

namespace Rx.Vm.Reactive;

/// <summary>Logs what observers of a machine do wrong. What a slow one loses is no trouble: it shows as a gap in the items' numbers.</summary>
internal sealed class ObserverReport(ILogger log) : IDeliveryReport
{
    /// <inheritdoc/>
    public void Lost()
    {
    }

    /// <inheritdoc/>
    public void ObserverFailed(Exception fault) => log.Warning(fault, "An observer failed and was dropped");

    /// <inheritdoc/>
    public void SchedulerRefused(Exception fault) =>
        log.Warning(fault, "An observer was dropped: the notify scheduler refused to call it");
}
