using Rx.Qmp.Isolation;
using Serilog;

namespace Rx.Qmp.Session;

/// <summary>Counts and logs what observers do wrong.</summary>
/// <param name="counters">Where it is counted.</param>
/// <param name="logger">Where it is told.</param>
internal sealed class ObserverReport(SessionCounters counters, ILogger logger) : IDeliveryReport
{
    public void Lost() => Interlocked.Increment(ref counters.DroppedEvents);

    public void ObserverFailed(Exception fault)
    {
        Interlocked.Increment(ref counters.FailedObservers);
        QmpLog.ObserverFailed(logger, fault);
    }

    public void SchedulerRefused(Exception fault)
    {
        Interlocked.Increment(ref counters.FailedObservers);
        QmpLog.SchedulerRefused(logger, fault);
    }
}
