using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Reactive;

/// <summary>The pipeline by itself: order, overflow, faults of the fold. Whole machines are under Testing.</summary>
public class VmPipelineTests
{
    private readonly TestScheduler _scheduler = new();
    private readonly List<VmStep> _steps = [];

    [Fact]
    public void A_step_is_recorded_then_published_then_answered_then_timed_then_carried_out()
    {
        var order = new List<string>();
        var ledger = new CommandLedger(inlineContinuations: true);
        using var pipeline = New();
        var (command, answer) = ledger.Open();
        answer.GetAwaiter().OnCompleted(() => order.Add($"answered in {pipeline.Current.Phase}"));
        pipeline.Connect(
            ledger,
            _ => order.Add($"recorded in {pipeline.Current.Phase}"),
            _ => order.Add("followed"),
            step => order.Add($"{step.Effects} in {pipeline.Current.Phase}"),
            _ => order.Add("logged"));

        pipeline.Post(VmEvent.Request(VmEventKind.BootRequested, command));

        Assert.Equal(
            ["recorded in Preparing", "logged", "followed", "answered in Booting", "LaunchProcess, CompleteRequest in Booting"], order);
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
                pipeline.Post(new VmEvent(VmEventKind.ProcessStarted));
                for (var i = 0; i < 10_000; i++)
                {
                    pipeline.Post(new VmEvent(VmEventKind.PingAcked));
                }
            }
            else if (step.Effects.HasFlag(VmEffects.KillProcess))
            {
                pipeline.Post(VmEvent.Exited(1, "signal 9"));
            }
            else if (step.Effects.HasFlag(VmEffects.ReleaseResources))
            {
                pipeline.Post(new VmEvent(VmEventKind.ResourcesReleased));
            }
        });

        pipeline.Post(VmEvent.Request(VmEventKind.BootRequested, 1));
        pipeline.Post(VmEvent.Request(VmEventKind.ShutdownRequested, 2));

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
                    pipeline.Post(new VmEvent(VmEventKind.PingAcked));
                }

                pipeline.Post(VmEvent.Request(VmEventKind.ShutdownRequested, 2));
                pipeline.Post(new VmEvent(VmEventKind.ProcessStartFailed));
                pipeline.Post(new VmEvent(VmEventKind.ResourcesReleased));
            }
        });

        pipeline.Post(VmEvent.Request(VmEventKind.BootRequested, 1));

        Assert.Equal(VmPhase.Gone, pipeline.Current.Phase);
    }

    [Fact]
    public void An_effect_handler_that_throws_leaves_the_door_open()
    {
        using var pipeline = New();
        Connect(pipeline, step =>
        {
            if (step.Effects.HasFlag(VmEffects.LaunchProcess))
            {
                throw new InvalidOperationException("bad");
            }
        });

        Assert.Throws<InvalidOperationException>(() => pipeline.Post(VmEvent.Request(VmEventKind.BootRequested, 1)));
        pipeline.Post(new VmEvent(VmEventKind.ProcessStarted));

        Assert.Equal(VmPhase.Booting, pipeline.Current.Phase);
    }

    private VmPipeline New()
    {
        SynchronizationContext.SetSynchronizationContext(null);
        var pipeline = new VmPipeline(VmFold.Initial("vm", KeepMode.None, new VmTimeouts()), VmSchedulers.Single(_scheduler), _ => { });
        pipeline.Steps.Subscribe(_steps.Add);
        return pipeline;
    }

    private static void Connect(VmPipeline pipeline, Action<VmStep> effects) =>
        pipeline.Connect(new CommandLedger(inlineContinuations: true), _ => { }, _ => { }, effects, _ => { });
}
