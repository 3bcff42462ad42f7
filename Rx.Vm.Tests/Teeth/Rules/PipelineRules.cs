using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.Teeth.Rules;

/// <summary>What the pipeline around the fold promises.</summary>
internal static class PipelineRules
{
    public static void TheJournalHasItFirst()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        Assert.Equal("recorded in Preparing", run.Order[0]);
    }

    public static void TheStateIsKnownBeforeItsEffects()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        Assert.Contains("LaunchProcess, CompleteRequest in Booting", run.Order);
    }

    public static void EveryRequestIsAnswered()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Ask(VmEventKind.StopPodRequested);
        Assert.Equal(0, run.Ledger.Count);
    }

    public static void TheStateIsKnownToWhoeverIsAnswered()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        Assert.Contains("answered in Booting", run.Order);
    }

    public static void EffectsRunOnce()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        Assert.Single(run.Order, entry => entry.StartsWith("LaunchProcess", StringComparison.Ordinal));
    }

    public static void DeadlinesElapseInTheFold()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Scheduler.AdvanceBy(TimeSpan.FromMinutes(5).Ticks);
        Assert.Equal(VmReason.BootTimedOut, run.Pipeline.Current.Reason);
    }

    public static void ALateSubscriberGetsTheState()
    {
        var run = new Run();
        var late = new List<VmState>();
        run.Pipeline.States.Subscribe(late.Add);
        run.Scheduler.Start();
        Assert.Single(late);
    }

    public static void NothingCompletesBeforeTheEnd()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Post(VmEventKind.ProcessStarted);
        Assert.Equal(run.Pipeline.Current, run.States[^1]);
        Assert.False(run.StatesEnded);
    }

    public static void StatesAreNumberedWithoutGapOrRepetition()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Post(VmEventKind.PingAcked, VmEventKind.ProcessStarted, VmEventKind.PingAcked, VmEventKind.QmpConnected);
        Assert.Equal(Enumerable.Range(1, run.States.Count).Select(n => (long)n), run.States.Select(s => s.Sequence));
    }

    public static void TheEndCompletes()
    {
        var run = new Run();
        run.End();
        Assert.Equal(VmPhase.Gone, run.States[^1].Phase);
        Assert.True(run is { StatesEnded: true, StepsEnded: true });
    }

    public static void TextsAreBounded()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Pipeline.Post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = new string('x', 100_000) });
        Assert.InRange(run.Pipeline.Current.Message!.Length, 1, 4096);
    }

    public static void TextsAreHarmless()
    {
        var run = new Run();
        run.Ask(VmEventKind.BootRequested);
        run.Pipeline.Post(new VmEvent(VmEventKind.ProcessStartFailed) { Text = "\u001b[2J" });
        Assert.DoesNotContain('\u001b', run.Pipeline.Current.Message!);
    }

    public static void TheEndOfTheProcessEntersAFullInbox() => Assert.Equal(
        VmPhase.Gone, Flooded(VmEvent.Exited(1, "signal 9"), new VmEvent(VmEventKind.ResourcesReleased)).Pipeline.Current.Phase);

    public static void RequestsEnterAFullInbox() =>
        Assert.Contains(7, Flooded(VmEvent.Request(VmEventKind.KillRequested, 7)).Last!.Fold.Pending.Keys);

    public static void AFullInboxEndsTheMachine() => Assert.Equal(VmReason.InboxOverflowed, Flooded().Pipeline.Current.Reason);

    // Far more than fits arrives while one step is being handled, and last what matters.
    private static Run Flooded(params VmEvent[] last)
    {
        Run? run = null;
        run = new Run(step =>
        {
            if (step.Effects.HasFlag(VmEffects.LaunchProcess))
            {
                run!.Pipeline.Post(new VmEvent(VmEventKind.ProcessStarted));
                for (var i = 0; i < 5000; i++)
                {
                    run.Pipeline.Post(new VmEvent(VmEventKind.PingAcked));
                }

                Array.ForEach(last, run.Pipeline.Post);
            }
        });
        run.Ask(VmEventKind.BootRequested);
        return run;
    }

    private sealed class Run
    {
        public Run(Action<VmStep>? effects = null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
            Pipeline = new VmPipeline(VmFold.Initial("vm", KeepMode.None, new VmTimeouts()), VmSchedulers.Single(Scheduler), _ => { });
            Pipeline.States.Subscribe(States.Add, () => StatesEnded = true);
            Pipeline.Steps.Subscribe(_ => { }, () => StepsEnded = true);
            Pipeline.Connect(
                Ledger,
                _ => Order.Add($"recorded in {Pipeline.Current.Phase}"),
                step => Last = step,
                step =>
                {
                    Order.Add($"{step.Effects} in {Pipeline.Current.Phase}");
                    effects?.Invoke(step);
                },
                _ => { });
        }

        public TestScheduler Scheduler { get; } = new();

        public CommandLedger Ledger { get; } = new(inlineContinuations: true);

        public VmPipeline Pipeline { get; }

        public List<string> Order { get; } = [];

        public List<VmState> States { get; } = [];

        public VmStep? Last { get; private set; }

        public bool StatesEnded { get; private set; }

        public bool StepsEnded { get; private set; }

        public void Ask(VmEventKind kind)
        {
            var (command, answer) = Ledger.Open();
            answer.GetAwaiter().OnCompleted(() => Order.Add($"answered in {Pipeline.Current.Phase}"));
            Pipeline.Post(VmEvent.Request(kind, command));
        }

        public void Post(params VmEventKind[] kinds)
        {
            Array.ForEach(kinds, kind => Pipeline.Post(new VmEvent(kind)));
            Scheduler.AdvanceBy(100);
        }

        public void End()
        {
            Ask(VmEventKind.BootRequested);
            Post(VmEventKind.ProcessStartFailed, VmEventKind.ResourcesReleased);
        }
    }
}
