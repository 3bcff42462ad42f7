namespace Rx.Qmp.Isolation;

/// <summary>Hears of the trouble that observers make. Must not throw; called without a lock, except for <see cref="Lost"/>.</summary>
internal interface IDeliveryReport
{
    /// <summary>One item was lost to one observer. May be called under a lock: count it and return.</summary>
    void Lost();

    /// <summary>An observer threw and has lost its subscription.</summary>
    void ObserverFailed(Exception fault);

    /// <summary>The scheduler an observer wants to be called on refused, and the observer has lost its subscription.</summary>
    void SchedulerRefused(Exception fault);
}
