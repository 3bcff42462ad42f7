using System.Diagnostics.Metrics;
using Rx.Qmp.Session;

namespace Rx.Qmp;

/// <summary>Sums over all sessions of the process, for instruments that are read rather than told.</summary>
internal sealed class SessionRegistry
{
    private readonly Lock _gate = new();

    // With what its client, which may have had connections before, had counted when it began.
    private readonly Dictionary<QmpSession, QmpStatistics> _live = [];
    private QmpStatistics _retired;

    public SessionRegistry(Meter meter)
    {
        meter.CreateObservableUpDownCounter("qmp.connections", () => Sum(static _ => 1), "{connection}", "Connections open.");
        meter.CreateObservableUpDownCounter(
            "qmp.commands.in_flight",
            () => Sum(static session => session.InFlight),
            "{command}",
            "Commands sent and not answered by the server.");
        meter.CreateObservableUpDownCounter(
            "qmp.commands.waiting", () => Sum(static session => session.Waiting), "{command}", "Commands waiting for their turn.");
        Total(meter, "qmp.commands.sent", "{command}", "Commands sent.", static counts => counts.CommandsSent);
        Total(meter, "qmp.replies.late", "{reply}", "Replies nobody waited for any more.", static counts => counts.LateReplies);
        Total(meter, "qmp.replies.stray", "{reply}", "Replies nobody had asked for.", static counts => counts.StrayReplies);
        Total(
            meter, "qmp.events.dropped", "{event}", "Events a subscriber lost, per subscriber.", static counts => counts.DroppedEvents);
        Total(
            meter, "qmp.events.unreadable", "{event}", "Events left out of a typed stream because they do not fit the type.",
            static counts => counts.UnreadableEvents);
        Total(meter, "qmp.io.read", "By", "Bytes read.", static counts => counts.BytesRead);
        Total(meter, "qmp.io.written", "By", "Bytes written.", static counts => counts.BytesWritten);
    }

    public void Add(QmpSession session)
    {
        lock (_gate)
        {
            _live.TryAdd(session, session.Counters.Snapshot());
        }
    }

    /// <summary>The session has ended: what it counted is kept, it is not.</summary>
    public void Remove(QmpSession session)
    {
        lock (_gate)
        {
            if (_live.Remove(session, out var before))
            {
                var counts = session.Counters.Snapshot();
                _retired = _retired with
                {
                    CommandsSent = _retired.CommandsSent + counts.CommandsSent - before.CommandsSent,
                    LateReplies = _retired.LateReplies + counts.LateReplies - before.LateReplies,
                    StrayReplies = _retired.StrayReplies + counts.StrayReplies - before.StrayReplies,
                    DroppedEvents = _retired.DroppedEvents + counts.DroppedEvents - before.DroppedEvents,
                    UnreadableEvents = _retired.UnreadableEvents + counts.UnreadableEvents - before.UnreadableEvents,
                    BytesRead = _retired.BytesRead + counts.BytesRead - before.BytesRead,
                    BytesWritten = _retired.BytesWritten + counts.BytesWritten - before.BytesWritten,
                };
            }
        }
    }

    private void Total(Meter meter, string name, string unit, string description, Func<QmpStatistics, long> select) =>
        meter.CreateObservableCounter(
            name,
            () =>
            {
                lock (_gate)
                {
                    return select(_retired) + _live.Sum(live => select(live.Key.Counters.Snapshot()) - select(live.Value));
                }
            },
            unit,
            description);

    private long Sum(Func<QmpSession, long> select)
    {
        lock (_gate)
        {
            return _live.Keys.Sum(select);
        }
    }
}
