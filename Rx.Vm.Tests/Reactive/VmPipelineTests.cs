using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

/// <summary>The pipeline by itself: order, overflow, faults of the fold. Whole machines are under Testing.</summary>
public class VmPipelineTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly Subject<VmEvent> _door = new();
    private readonly List<VmStep> _steps = [];

    [Fact]
    public void A_step_is_published_then_answered_then_carried_out_and_only_then_recorded_and_logged()
    {
        var order = new List<string>();
        var ledger = new CommandLedger(inlineContinuations: true);
        using var pipeline = New();
        var (command, answer) = ledger.Open();
        answer.GetAwaiter().OnCompleted(() => order.Add($"answered in {pipeline.Current.Phase}"));
        pipeline.Connect(new VmSources { Requests = _door }, ledger, new StepWork
        {
            Record = _ => order.Add("recorded"),
            Free = _ => order.Add($"freed in {pipeline.Current.Phase}"),
            Follow = _ => order.Add($"followed in {pipeline.Current.Phase}"),
            RunEffects = step => order.Add($"{step.Effects} in {pipeline.Current.Phase}"),
            Log = _ => order.Add("logged"),
        });

        _door.OnNext(VmEvent.Request(VmEventKind.BootRequested, command));

        Assert.Equal(
            ["freed in Preparing", "followed in Booting", "answered in Booting", "LaunchProcess, CompleteRequest in Booting", "recorded", "logged"], order);
        Assert.Equal(0, ledger.Count);
    }

    [Fact]
    public void A_flood_of_events_ends_the_machine_visibly_and_it_still_goes_in_order()
    {
        using var pipeline = New();
        var effects = new List<VmEffects>();
        Connect(pipeline, step =>
        {
            effects.Add(step.Effects);
            if (step.Effects.HasFlag(VmEffects.LaunchProcess))
            {
                // All of it arrives while one step is being handled.
                _door.OnNext(new VmEvent(VmEventKind.ProcessStarted));
                for (var i = 0; i < 10_000; i++)
                {
                    _door.OnNext(new VmEvent(VmEventKind.PingAcked));
                }
            }
            else if (step.Effects.HasFlag(VmEffects.KillProcess))
            {
                _door.OnNext(VmEvent.Exited(1, "signal 9"));
            }
            else if (step.Effects.HasFlag(VmEffects.ReleaseResources))
            {
                _door.OnNext(new VmEvent(VmEventKind.ResourcesReleased));
            }
        });

        _door.OnNext(VmEvent.Request(VmEventKind.BootRequested, 1));
        _door.OnNext(VmEvent.Request(VmEventKind.ShutdownRequested, 2));

        Assert.Equal((VmPhase.Gone, VmReason.InboxOverflowed), (pipeline.Current.Phase, pipeline.Current.Reason));
        Assert.Equal("events arrived faster than they could be handled", pipeline.Current.Message);
        Assert.Equal(
            [VmEffects.LaunchProcess | VmEffects.CompleteRequest, VmEffects.KillProcess, VmEffects.ReleaseResources], effects[..3]);
        _scheduler.Start();
        Assert.InRange(_steps.Count, 1, 1024);
    }

    [Fact]
    public void Requests_and_the_end_of_the_process_get_in_however_full_it_is()
    {
        using var pipeline = New();
        Connect(pipeline, step =>
        {
            if (step.Effects.HasFlag(VmEffects.LaunchProcess))
            {
                for (var i = 0; i < 5_000; i++)
                {
                    _door.OnNext(new VmEvent(VmEventKind.PingAcked));
                }

                _door.OnNext(VmEvent.Request(VmEventKind.ShutdownRequested, 2));
                _door.OnNext(new VmEvent(VmEventKind.ProcessStartFailed));
                _door.OnNext(new VmEvent(VmEventKind.ResourcesReleased));
            }
        });

        _door.OnNext(VmEvent.Request(VmEventKind.BootRequested, 1));

        Assert.Equal(VmPhase.Gone, pipeline.Current.Phase);
    }

    public static TheoryData<Part, bool> Parts =>
        [.. from part in Enum.GetValues<Part>() from always in new[] { false, true } select (part, always)];

    public enum Part
    {
        Follow,
        Effects,
        Record,
        Log,
    }

    /// <summary>Whichever part of a step throws, once or every time: the caller is answered, deadlines are armed, the machine goes on or ends
    /// with the reason, and whoever posted hears nothing of it.</summary>
    [Theory]
    [MemberData(nameof(Parts))]
    public void A_part_that_throws_harms_no_other(Part part, bool always)
    {
        using var pipeline = New();
        var ledger = new CommandLedger(inlineContinuations: true);
        var (command, answer) = ledger.Open();
        var seen = new List<Part>();
        var thrown = 0;
        var reported = new List<string>();
        void Do(Part which)
        {
            seen.Add(which);
            if (which == part && (always || thrown == 0))
            {
                thrown++;
                throw new InvalidOperationException("bad");
            }
        }

        pipeline.Connect(new VmSources { Requests = _door }, ledger, new StepWork
        {
            Follow = _ => Do(Part.Follow),
            RunEffects = _ => Do(Part.Effects),
            Record = _ => Do(Part.Record),
            Log = _ => Do(Part.Log),
            Report = (name, fault) => reported.Add($"{name}: {fault.Message}"),
        });

        _door.OnNext(VmEvent.Request(VmEventKind.BootRequested, command));

        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal([Part.Follow, Part.Effects, Part.Record, Part.Log], seen[..4]);
        Assert.EndsWith(": bad", reported[0]);
        var lives = part is Part.Record or Part.Log;
        Assert.Equal(lives ? VmReason.None : VmReason.InternalError, pipeline.Current.Reason);

        // Its deadlines were armed all the same: none of them leaves it waiting.
        _scheduler.AdvanceBy(TimeSpan.FromMinutes(10).Ticks);
        Assert.NotEqual(VmPhase.Booting, pipeline.Current.Phase);
    }

    /// <summary>Whatever a source does, no observer hears an error and the machine ends with the reason.</summary>
    [Theory]
    [InlineData("requests", true)]
    [InlineData("requests", false)]
    [InlineData("session", true)]
    [InlineData("session", false)]
    [InlineData("effects", true)]
    [InlineData("effects", false)]
    public void A_source_that_fails_is_an_event_and_the_others_are_heard(string which, bool whenSubscribed)
    {
        using var pipeline = New();
        var states = new List<VmState>();
        var ended = false;
        pipeline.States.Subscribe(states.Add, fault => Assert.Fail(fault.ToString()), () => ended = true);
        var broken = new Subject<VmEvent>();
        IObservable<VmEvent> source = whenSubscribed ? Cold.Of<VmEvent>(_ => throw new IOException("it broke")) : broken;
        var sources = new VmSources { Requests = _door };
        sources = which switch
        {
            "requests" => sources with { Requests = _door.Merge(broken), Effects = whenSubscribed ? source : sources.Effects },
            "session" => sources with { Sessions = Observable.Return(source).Concat(Observable.Never<IObservable<VmEvent>>()) },
            _ => sources with { Effects = source },
        };
        pipeline.Connect(sources, new CommandLedger(inlineContinuations: true), new StepWork());
        broken.OnError(new IOException("it broke"));

        Assert.Equal((VmPhase.Gone, VmReason.InternalError), (pipeline.Current.Phase, pipeline.Current.Reason));
        Assert.Contains("it broke", pipeline.Current.Message);
        _scheduler.Start();
        Assert.True(ended);
        Assert.Equal(VmPhase.Gone, states[^1].Phase);
    }

    [Fact]
    public void What_an_earlier_process_still_says_is_dropped()
    {
        using var pipeline = New();
        var (first, second, sessions) = (new Subject<VmEvent>(), new Subject<VmEvent>(), new Subject<IObservable<VmEvent>>());
        pipeline.Connect(
            new VmSources { Requests = _door, Sessions = sessions }, new CommandLedger(inlineContinuations: true), new StepWork());
        _door.OnNext(VmEvent.Request(VmEventKind.BootRequested, 1));
        sessions.OnNext(first);
        sessions.OnNext(second);
        first.OnNext(VmEvent.Exited(1, "the earlier one"));
        Assert.Equal(VmPhase.Booting, pipeline.Current.Phase);
        Assert.False(first.HasObservers);
        second.OnNext(VmEvent.Exited(1, "this one"));
        Assert.Equal((VmPhase.Destroying, VmReason.ProcessDied), (pipeline.Current.Phase, pipeline.Current.Reason));
    }

    private VmPipeline New()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var pipeline = new VmPipeline(
            VmFold.Initial("vm", KeepMode.None, new VmTimeouts()), VmSchedulers.Single(_scheduler), new ObserverReport(Serilog.Core.Logger.None), inline: true);
        pipeline.Steps.Subscribe(_steps.Add);
        return pipeline;
    }

    private void Connect(VmPipeline pipeline, Action<VmStep> effects) =>
        pipeline.Connect(new VmSources { Requests = _door }, new CommandLedger(inlineContinuations: true), new StepWork { RunEffects = effects });
}
