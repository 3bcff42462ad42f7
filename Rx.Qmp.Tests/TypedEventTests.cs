using System.Reflection;
using System.Text.Json;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>What becomes of an event whose data does not fit its type: left out of the typed stream, never without a trace.</summary>
public class TypedEventTests
{
    public static TheoryData<QmpEventOverflow> Overflows => [.. Enum.GetValues<QmpEventOverflow>()];

    /// <summary>Every typed event there is, under every policy of the buffer.</summary>
    [Theory]
    [MemberData(nameof(Overflows))]
    public void An_event_that_does_not_fit_is_left_out_of_its_typed_stream_counted_logged_once_and_seen_raw(QmpEventOverflow overflow)
    {
        using var rig = QmpRig.Connected(options => options with { EventBuffer = new(100_000, overflow) });
        var watches = EventTypes().Select(type => Watch(type, rig.Client)).ToList();
        Assert.InRange(watches.Count, 50, 1000);

        foreach (var watch in watches)
        {
            rig.Server.Send(Events.Named(watch.Name, "[1]") + Events.Named(watch.Name, "[2]"));
        }

        Assert.Equal(watches.SelectMany(watch => new[] { watch.Name, watch.Name }), rig.EventNames);
        Assert.All(watches, watch => Assert.Equal((0, null), (watch.Seen, watch.Error)));
        Assert.Equal(2 * watches.Count, rig.Client.Statistics.UnreadableEvents);
        Assert.Equal(0, rig.Client.Statistics.FailedObservers);
        Assert.All(watches, watch => Assert.Single(rig.Log.Lines, line => line.StartsWith(
            $"Warning: QMP event \"{watch.Name}\" does not have the shape", StringComparison.Ordinal)));

        foreach (var watch in watches)
        {
            rig.Server.Send(Events.Named(watch.Name));
        }

        Assert.All(watches, watch => Assert.Equal((1, null), (watch.Seen, watch.Error)));
        Assert.Equal(2 * watches.Count, rig.Client.Statistics.UnreadableEvents);
    }

    /// <summary>An application may bring types of its own, and their readers may throw anything, or stop in the middle.</summary>
    [Theory]
    [MemberData(nameof(Overflows))]
    public void An_event_whose_own_reader_fails_counts_as_one_that_does_not_fit(QmpEventOverflow overflow)
    {
        using var rig = QmpRig.Connected(options => options with { EventBuffer = new(100, overflow) });
        var watch = Watch(typeof(Moody), rig.Client);

        rig.Server.Send(Events.Named("MOODY", """{"throws": 1}""") + Events.Named("MOODY", """{"stops": 1}""") + Events.Named("MOODY", "[]"));

        Assert.Equal((1, null, 2L), (watch.Seen, watch.Error, rig.Client.Statistics.UnreadableEvents));
        Assert.Equal(3, rig.Events.Count);
        Assert.Null(rig.Events[0].TryRead<Moody>());
        Assert.Null(rig.Events[1].TryRead<Moody>());
    }

    [Fact]
    public void Nobody_who_observes_a_type_nothing_that_does_not_fit_it()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Send(Events.Named("SHUTDOWN", "[1]"));
        Assert.Equal((1, 0L), (rig.Events.Count, rig.Client.Statistics.UnreadableEvents));
    }

    private static IEnumerable<Type> EventTypes() => typeof(ShutdownEvent).Assembly.GetExportedTypes().Where(type => type.GetInterfaces().Any(
        face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IQmpTypedEvent<>)));

    private static Watched Watch(Type type, QmpClient client) => (Watched)typeof(TypedEventTests)
        .GetMethod(nameof(WatchOf), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [client])!;

    private static Watched WatchOf<TEvent>(QmpClient client)
        where TEvent : class, IQmpTypedEvent<TEvent>
    {
        var watch = new Watched(TEvent.EventName);
        client.EventsOf<TEvent>().Subscribe(_ => watch.Seen++, error => watch.Error = error);
        return watch;
    }

    private sealed class Watched(string name)
    {
        public string Name => name;

        public int Seen { get; set; }

        public Exception? Error { get; set; }
    }

    private sealed class Moody : IQmpTypedEvent<Moody>
    {
        public static string EventName => "MOODY";

        public static Moody Read(ref Utf8JsonReader data, DateTimeOffset? timestamp)
        {
            data.Read();
            if (data.TokenType == JsonTokenType.PropertyName)
            {
                return data.GetString() == "throws" ? throw new TimeZoneNotFoundException("a mood") : new Moody();
            }

            return new Moody();
        }
    }
}
