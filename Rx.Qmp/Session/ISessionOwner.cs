using Rx.Qmp.Isolation;

namespace Rx.Qmp.Session;

/// <summary>Whom a session tells how it goes: its client, whose streams and counts outlive a connection.</summary>
internal interface ISessionOwner
{
    /// <summary>Where everything is counted.</summary>
    SessionCounters Counters { get; }

    /// <summary>Where what observers do wrong is counted and told.</summary>
    IDeliveryReport Report { get; }

    /// <summary>The client's observers of events.</summary>
    EventHubs Events { get; }

    /// <summary>Connected; greeting and capabilities are under way.</summary>
    void Negotiating();

    /// <summary>The session begins to end. Told once, before its commands fail.</summary>
    /// <param name="session">Which.</param>
    /// <param name="cause">Why; null: on request.</param>
    void Ending(QmpSession session, QmpException? cause);

    /// <summary>The session's commands have failed, and nothing more comes of it.</summary>
    void Ended();
}
