using System.Diagnostics;
using System.Diagnostics.Metrics;
using Rx.Qmp.Protocol;

namespace Rx.Qmp.Tests;

/// <summary>Instruments are one per process, so these tests run while no others do.</summary>
[CollectionDefinition(nameof(DiagnosticsTests), DisableParallelization = true)]
[Collection(nameof(DiagnosticsTests))]
public class DiagnosticsTests
{
    private const string Secret = "hunter2";

    [Fact]
    public async Task Latencies_are_measured_by_command_and_outcome_on_the_injected_clock()
    {
        using var meter = new Heard();
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name switch
        {
            "slow" or "late" or "given-up" or "cut-off" => null,
            "bad" => command.Error("GenericError", Secret),
            _ => command.Return(),
        };
        _ = rig.Execute("quick");
        await Assert.ThrowsAsync<QmpCommandException>(() => rig.Execute("bad"));
        var slow = rig.Execute("slow");
        rig.Advance(1.5);
        rig.Server.Send(rig.Server.Last("slow").Return());
        await slow;
        var late = rig.Client.ExecuteAsync(
            QmpCommand.Create("late").WithTimeout(TimeSpan.FromSeconds(2)), TestContext.Current.CancellationToken);
        rig.Advance(2);
        await Assert.ThrowsAsync<QmpTimeoutException>(() => late);
        using var stop = new CancellationTokenSource();
        var cancelled = rig.ExecuteUntil("given-up", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var cut = rig.Execute("cut-off");
        rig.Server.HangUp();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => cut);
        Assert.Equal(
            ["quick ok 0", "bad error 0", "slow ok 1.5", "late timeout 2", "given-up cancelled 0", "cut-off disconnected 0"],
            meter.Durations);
    }

    [Fact]
    public void Counts_of_all_sessions_are_summed_and_outlive_them()
    {
        using var meter = new Heard();
        var before = meter.Read();
        var rig = QmpRig.Connected(options => options with { MaxInFlight = 2, OutOfBand = false });
        rig.Server.Answer = _ => null;
        for (var i = 0; i < 5; i++)
        {
            _ = rig.Execute("silent");
        }

        Assert.Equal((1, 2, 3), Changes("qmp.connections", "qmp.commands.in_flight", "qmp.commands.waiting"));
        Assert.Equal(3, Change("qmp.commands.sent"));
        var read = Change("qmp.io.read");
        Assert.Equal(rig.Client.Statistics.BytesRead, read);
        Assert.Equal(rig.Client.Statistics.BytesWritten, Change("qmp.io.written"));
        rig.Dispose();
        Assert.Equal((0, 0, 0), Changes("qmp.connections", "qmp.commands.in_flight", "qmp.commands.waiting"));
        Assert.Equal(read, Change("qmp.io.read"));

        long Change(string name) => meter.Read()[name] - before[name];
        (long First, long Second, long Third) Changes(string first, string second, string third) =>
            (Change(first), Change(second), Change(third));
    }

    [Fact]
    public void Late_and_stray_replies_are_counted()
    {
        using var meter = new Heard();
        var before = meter.Read();
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        using var stop = new CancellationTokenSource();
        _ = rig.ExecuteUntil("silent", stop.Token);
        stop.Cancel();
        var sent = rig.Server.Last("silent");
        rig.Server.Send(sent.Return() + sent.Return());
        Assert.Equal(1, meter.Read()["qmp.replies.late"] - before["qmp.replies.late"]);
        Assert.Equal(1, meter.Read()["qmp.replies.stray"] - before["qmp.replies.stray"]);
    }

    [Fact]
    public void Events_that_fit_no_type_are_counted_and_outlive_their_session()
    {
        using var meter = new Heard();
        var before = meter.Read();
        var rig = QmpRig.Connected();
        rig.Client.EventsOf<ShutdownEvent>().Subscribe(_ => { });
        rig.Server.Send(Events.Named("SHUTDOWN", "[1]") + Events.Named("SHUTDOWN", "[2]"));
        Assert.Equal(2, meter.Read()["qmp.events.unreadable"] - before["qmp.events.unreadable"]);
        rig.Dispose();
        Assert.Equal(2, meter.Read()["qmp.events.unreadable"] - before["qmp.events.unreadable"]);
    }

    [Fact]
    public void Events_are_counted_by_name_whether_observed_or_not_and_the_names_are_bounded()
    {
        using var meter = new Heard();
        using var rig = QmpRig.Connected();
        rig.Server.Send(Events.Stop + Events.Stop);
        Assert.Equal(2, meter.Events["STOP"]);
        rig.Server.Send(Events.Named(new string('X', 65)));
        Assert.Equal(1, meter.Events["other"]);
        for (var i = 0; i < 1000; i++)
        {
            rig.Server.Send(Events.Named("INVENTED_" + i));
        }

        Assert.True(meter.Events.Count <= QmpTelemetry.MaxEventNames + 1, $"{meter.Events.Count} names");
        Assert.Equal(1003, meter.Events.Values.Sum());
    }

    [Fact]
    public async Task Trap35_an_activity_tells_name_and_outcome_and_nothing_else()
    {
        using var traced = new Traced();
        using var rig = QmpRig.Connected();
        using var caller = new Activity("caller").Start();
        rig.Server.Answer = command => command.Name == "bad" ? command.Error("DeviceNotFound", Secret) : command.Return($"\"{Secret}\"");
        var with = QmpCommand.Create("object-add", writer => writer.WriteString("data", Secret));
        await rig.Client.ExecuteAsync(with, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<QmpCommandException>(() => rig.Execute("bad"));
        Assert.Same(caller, Activity.Current);
        Assert.Equal(["object-add", "bad"], traced.Stopped.Select(item => item.DisplayName));
        Assert.All(traced.Stopped, item => Assert.Equal(caller.SpanId, item.ParentSpanId));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], traced.Stopped.Select(item => item.Status));
        Assert.Equal("DeviceNotFound", traced.Stopped[1].GetTagItem("error.type"));
        Assert.All(traced.Stopped, item => Assert.DoesNotContain(Secret, item.StatusDescription + string.Concat(item.TagObjects)));
        Assert.DoesNotContain(rig.Log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.Contains(rig.Log.Lines, line => line.StartsWith("""Debug: QMP command "bad": "error" after """, StringComparison.Ordinal));
    }

    [Fact]
    public void An_activity_lasts_as_long_as_its_command_and_is_not_current_meanwhile_or_for_observers()
    {
        using var traced = new Traced();
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        Activity? during = null;
        Activity? after = null;
        rig.Client.EventsOf<StopEvent>().Subscribe(_ => during = Activity.Current);
        rig.Client.EventsOf<ResumeEvent>().Subscribe(_ => after = Activity.Current);
        _ = rig.Execute("stop");
        Assert.Null(Activity.Current);
        rig.Advance(3);
        rig.Server.Send(Events.Stop + rig.Server.Last("stop").Return() + Events.Named("RESUME"));
        Assert.Equal((null, null), (during, after));
        Assert.Equal(TimeSpan.FromSeconds(3), traced.Stopped.Single().Duration);
    }

    [Fact]
    public void Trap32_a_listener_that_throws_harms_nobody()
    {
        using var meter = new Heard { Throws = true };
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => Events.Stop + command.Return();
        Assert.True(rig.Execute("stop").IsCompletedSuccessfully);
        Assert.Equal(["STOP"], rig.EventNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Trap32_a_tracer_that_throws_when_a_command_begins_harms_nobody_and_leaves_no_activity_behind(bool samples)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == QmpDiagnostics.ActivitySourceName,
            Sample = (ref _) => samples ? throw new FormatException("mine") : ActivitySamplingResult.AllData,
            ActivityStarted = _ => throw new FormatException("mine"),
        };
        ActivitySource.AddActivityListener(listener);
        using var rig = QmpRig.Connected();
        using var caller = new Activity("caller").Start();
        Assert.True(rig.Execute("stop").IsCompletedSuccessfully);
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public void A_command_that_waited_in_a_gap_belongs_to_its_callers_activity()
    {
        using var traced = new Traced();
        using var rig = new ReconnectRig();
        rig.Script.Fail(QmpConnectFailure.Missing).Serve();
        _ = rig.Connect();
        ActivitySpanId asked;
        Task<QmpReply> waiting;
        using (var caller = new Activity("caller").Start())
        {
            asked = caller.SpanId;
            waiting = rig.Execute("query-a");
        }

        rig.Advance(1);
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal(asked, traced.Stopped.Single().ParentSpanId);
    }

    [Fact]
    public void Without_a_listener_nothing_is_traced()
    {
        using var rig = QmpRig.Connected(options => options with { Logger = null });
        Assert.False(QmpTelemetry.ObservesCommands);
        Assert.True(rig.Execute("stop").IsCompletedSuccessfully);
    }

    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _read = [];

        public Heard()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == QmpDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
            {
                Fail();
                Durations.Add(FormattableString.Invariant($"{tags[0].Value} {tags[1].Value} {value}"));
            });
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                Fail();
                if (instrument.Name == "qmp.events")
                {
                    var name = (string)tags[0].Value!;
                    Events[name] = Events.GetValueOrDefault(name) + value;
                }
                else
                {
                    _read[instrument.Name] = value;
                }
            });
            _listener.Start();
        }

        public bool Throws { get; init; }

        public List<string> Durations { get; } = [];

        public Dictionary<string, long> Events { get; } = [];

        public Dictionary<string, long> Read()
        {
            _listener.RecordObservableInstruments();
            return new(_read);
        }

        public void Dispose() => _listener.Dispose();

        private void Fail()
        {
            if (Throws)
            {
                throw new FormatException("mine");
            }
        }
    }

    private sealed class Traced : IDisposable
    {
        private readonly ActivityListener _listener;

        public Traced()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == QmpDiagnostics.ActivitySourceName,
                Sample = (ref _) => ActivitySamplingResult.AllData,
                ActivityStopped = Stopped.Add,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<Activity> Stopped { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
