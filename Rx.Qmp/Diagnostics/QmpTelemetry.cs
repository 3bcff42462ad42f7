using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Rx.Qmp;

/// <summary>The instruments. What a session counts anyway is read when somebody asks; only latencies and events by name are told as they
/// happen, and only while somebody listens.</summary>
internal static class QmpTelemetry
{
    /// <summary>Names of events told apart; a server that invents names fills nobody's memory.</summary>
    public const int MaxEventNames = 128;

    private const int LongestEventName = 64;
    private const string OtherEvents = "other";

    private static readonly ConcurrentDictionary<string, string> EventNames = new(StringComparer.Ordinal);
    private static readonly Meter Meter = new(QmpDiagnostics.MeterName);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "qmp.command.duration", "s", "From the call to its answer, waiting for its turn included.");

    private static readonly Counter<long> Events = Meter.CreateCounter<long>("qmp.events", "{event}", "Events received.");

    public static ActivitySource Activities { get; } = new(QmpDiagnostics.ActivitySourceName);

    /// <summary>The sessions that are connected, and what those before them have counted.</summary>
    public static SessionRegistry Sessions { get; } = new(Meter);

    /// <summary>True while anybody wants to know about single commands.</summary>
    public static bool ObservesCommands => Durations.Enabled || Activities.HasListeners();

    /// <summary>A command was answered.</summary>
    public static void Answered(string command, string outcome, TimeSpan elapsed) => Guarded(() => Durations.Record(
        elapsed.TotalSeconds,
        new KeyValuePair<string, object?>("qmp.command", command),
        new KeyValuePair<string, object?>("qmp.outcome", outcome)));

    /// <summary>An event came.</summary>
    public static void SawEvent(string name)
    {
        if (Events.Enabled)
        {
            Count(name);
        }
    }

    /// <summary>Tells listeners something. They are foreign code on a thread that serves everybody: what they throw stays with
    /// them.</summary>
    public static void Guarded(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // There is nobody to report it to: the listener is what would have been told.
        }
    }

    /// <summary>Apart, so that nothing is allocated for its closure while nobody listens.</summary>
    private static void Count(string name) =>
        Guarded(() => Events.Add(1, new KeyValuePair<string, object?>("qmp.event", Bounded(name))));

    private static string Bounded(string name) =>
        EventNames.TryGetValue(name, out var known) ? known
        : name.Length <= LongestEventName && EventNames.Count < MaxEventNames ? EventNames.GetOrAdd(name, name)
        : OtherEvents;
}
