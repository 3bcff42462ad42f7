using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Every timer of the fold: where it is armed, for how long, what it does, what ends it.</summary>
public class VmFoldDeadlineTests
{
    // Each time differs, so that a mixed-up kind shows.
    private static readonly VmTimeouts Times = new()
    {
        Boot = TimeSpan.FromSeconds(61),
        QmpGreeting = TimeSpan.FromSeconds(11),
        PodStart = TimeSpan.FromSeconds(62),
        PodStop = TimeSpan.FromSeconds(33),
        PodDestroy = TimeSpan.FromSeconds(14),
        Kill = TimeSpan.FromSeconds(15),
        Loss = TimeSpan.FromSeconds(2),
        Release = TimeSpan.FromSeconds(66),
        Ping = TimeSpan.FromSeconds(37),
        Pong = TimeSpan.FromSeconds(38),
        Queue = TimeSpan.FromSeconds(39),
    };

    public static TheoryData<string, D, double, VmPhase, VmReason> Timers => new()
    {
        { "launched", D.Boot, 61, VmPhase.Destroying, VmReason.BootTimedOut },
        { "queued", D.Queue, 39, VmPhase.Destroying, VmReason.QueueTimedOut },
        { "admitted", D.Boot, 61, VmPhase.Destroying, VmReason.BootTimedOut },
        { "started", D.QmpGreeting, 11, VmPhase.Destroying, VmReason.QmpFailed },
        { "starting", D.PodStart, 62, VmPhase.Terminating, VmReason.PodStartTimedOut },
        { "attaching", D.PodStart, 62, VmPhase.Terminating, VmReason.PodStartTimedOut },
        { "stopping", D.PodStop, 33, VmPhase.Terminating, VmReason.PodStopTimedOut },
        { "cleaning", D.PodStop, 33, VmPhase.Destroying, VmReason.PodStopTimedOut },
        { "finished and kept", D.PodStop, 33, VmPhase.Destroying, VmReason.PodStopTimedOut },
        { "terminating", D.PodDestroy, 14, VmPhase.Terminating, VmReason.ShutdownRequested },
        { "quitting with a pod", D.Quit, 15, VmPhase.Destroying, VmReason.ShutdownRequested },
        { "quitting", D.Quit, 15, VmPhase.Destroying, VmReason.ShutdownRequested },
        { "killed", D.Kill, 15, VmPhase.Destroying, VmReason.KillRequested },
        { "disconnected", D.Loss, 2, VmPhase.Destroying, VmReason.ConnectionLost },
        { "exited", D.Release, 66, VmPhase.Gone, VmReason.ProcessDied },
        { "idle", D.Ping, 37, VmPhase.Init, VmReason.None },
        { "pinged", D.Pong, 38, VmPhase.Destroying, VmReason.GuestUnresponsive },
        { "running", D.Ping, 37, VmPhase.Running, VmReason.None },
        { "calling", D.Pong, 38, VmPhase.Destroying, VmReason.GuestUnresponsive },
    };

    public static TheoryData<string, D> Situations => [.. Timers.Select(row => new TheoryDataRow<string, D>(row.Data.Item1, row.Data.Item2))];

    [Theory]
    [MemberData(nameof(Timers))]
    public void Timer_is_armed_for_its_time_and_acts_when_it_elapses(string situation, D kind, double seconds, VmPhase phase, VmReason reason)
    {
        var run = Situation(situation);
        Assert.Equal((TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(100)), (run.Armed(kind).After, run.Armed(kind).ArmedAt));

        run.Elapse(kind);
        Assert.Equal((phase, reason), (run.Fold.State.Phase, run.Fold.State.Reason));
        Assert.DoesNotContain(run.Fold.Deadlines, d => d.Kind == kind);
    }

    // Whatever follows, a timer of a state that was left changes nothing.
    [Theory]
    [MemberData(nameof(Situations))]
    public void Timer_of_a_state_that_was_left_is_ignored(string situation, D kind)
    {
        var run = Situation(situation);
        var late = run.Armed(kind);
        run.Elapse(kind).At(500).Do(K.KillRequested).Do(VmEvent.Exited(137, "killed"));

        var before = run.Fold;
        run.Do(VmEvent.Elapsed(late));
        Assert.Same(before, run.Fold);
        Assert.Equal((false, 0), (run.Last.Published, run.Last.Answers.Length));
        Assert.Equal(VmEffects.None, run.Last.Effects);
    }

    [Fact]
    public void Every_kind_of_deadline_is_covered() =>
        Assert.Equal(Enum.GetValues<D>(), Timers.Select(row => row.Data.Item2).Distinct().Order());

    // The id is what tells two timers of one kind apart.
    [Fact]
    public void Keep_alive_restarted_by_an_answer_has_a_new_id_and_the_old_one_is_ignored()
    {
        var run = new FoldRun(timeouts: Times).Boot();
        var first = run.Armed(D.Ping);
        run.At(20).Do(K.PingAcked);
        var second = run.Armed(D.Ping);
        Assert.Equal((true, TimeSpan.FromSeconds(20)), (second.Id > first.Id, second.ArmedAt));

        run.At(37).Do(VmEvent.Elapsed(first));
        Assert.Equal(VmEffects.None, run.Last.Effects);
        run.At(57).Do(VmEvent.Elapsed(second));
        Assert.Equal(VmEffects.SendPing, run.Last.Effects);
    }

    // The stop timer covers stopping and cleaning together and is not restarted in between.
    [Fact]
    public void Stop_timer_goes_on_into_cleaning()
    {
        var run = new FoldRun(timeouts: Times).Running(devices: 1).At(10).Do(K.StopPodRequested);
        var stop = run.Armed(D.PodStop);
        run.At(30).Do(K.PodStopAcked).Do(VmEvent.Device(K.DeviceRemoved, 0));
        Assert.Equal([stop], run.Fold.Deadlines);
    }

    // An unanswered call is not given more time by the keep-alives and calls that follow it.
    [Fact]
    public void Call_deadline_is_not_put_off_by_later_requests()
    {
        var run = new FoldRun(timeouts: Times).Running().At(10).Do(K.CallRequested);
        var pong = run.Armed(D.Pong);
        run.At(12).Do(K.CallRequested).Elapse(D.Ping);
        Assert.Equal(pong, run.Armed(D.Pong));
    }

    // A process that uses its processor is not stuck; one that spins for ever is.
    [Theory]
    [InlineData("launched", D.Boot, 61, VmReason.BootTimedOut)]
    [InlineData("started", D.QmpGreeting, 11, VmReason.QmpFailed)]
    [InlineData("starting", D.PodStart, 62, VmReason.PodStartTimedOut)]
    public void A_limit_on_a_machine_at_work_runs_five_times_and_no_more(string situation, D kind, double seconds, VmReason reason)
    {
        var run = Situation(situation);
        for (var times = 1; times < 5; times++)
        {
            var before = run.Fold;
            run.Elapse(kind, busy: true);

            Assert.Equal((before.Core, before.State), (run.Fold.Core, run.Fold.State));
            Assert.Equal(TimeSpan.FromSeconds(100 + times * seconds), run.Armed(kind).ArmedAt);
            Assert.Equal((times, TimeSpan.FromSeconds(seconds)), (run.Armed(kind).Extensions, run.Armed(kind).After));
            Assert.NotEqual(before.Deadlines.Single(d => d.Kind == kind).Id, run.Armed(kind).Id);
        }

        run.Elapse(kind, busy: true);
        Assert.Equal(reason, run.Fold.State.Reason);
        Assert.Equal(TimeSpan.FromSeconds(100 + 5 * seconds), run.Now);
    }

    [Fact]
    public void A_limit_that_was_extended_is_believed_at_once_when_the_machine_has_stopped_working()
    {
        var run = Situation("launched").Elapse(D.Boot, busy: true).Elapse(D.Boot);

        Assert.Equal((VmReason.BootTimedOut, TimeSpan.FromSeconds(222)), (run.Fold.State.Reason, run.Now));
    }

    // What is not the machine's work gets no more time for it: the guest's silence, an exit, a release, a turn in the queue.
    [Theory]
    [MemberData(nameof(Timers))]
    public void Only_limits_on_the_machines_own_work_are_extended(string situation, D kind, double seconds, VmPhase phase, VmReason reason)
    {
        var run = Situation(situation);
        run.Elapse(kind, busy: true);

        var extended = kind is D.Boot or D.QmpGreeting or D.PodStart;
        Assert.Equal(extended, (phase, reason) != (run.Fold.State.Phase, run.Fold.State.Reason));
        Assert.True(seconds > 0, situation);
    }

    [Fact]
    public void The_extension_of_one_limit_leaves_the_others_as_they_are()
    {
        var run = Situation("started");
        var boot = run.Armed(D.Boot);
        run.Elapse(D.QmpGreeting, busy: true);
        Assert.Equal(boot, run.Armed(D.Boot));
    }

    [Fact]
    public void Events_of_no_consequence_leave_the_deadlines_untouched()
    {
        var run = new FoldRun(timeouts: Times).Boot().RunPod(devices: 2);
        var before = run.Fold.Deadlines;
        run.At(30).Do(VmEvent.Device(K.DeviceAdded, 0)).Do(K.PingAcked, K.RescanAcked, K.GuestReady, K.RunPodRequested);
        Assert.Equal(before, run.Fold.Deadlines);
    }

    private static FoldRun Situation(string name)
    {
        var run = new FoldRun(name == "finished and kept" ? KeepMode.AfterFinish : KeepMode.None, Times);
        return name switch
        {
            "launched" => run.At(100).Do(K.BootRequested),
            "queued" => run.Do(K.BootRequested).At(100).Do(K.StartQueued),
            "admitted" => run.Do(K.BootRequested, K.StartQueued).At(100).Do(K.StartAdmitted),
            "started" => run.Do(K.BootRequested).At(100).Do(K.ProcessStarted),
            "starting" => run.Boot().At(100).RunPod(),
            "attaching" => run.Boot().At(100).RunPod(devices: 3),
            "stopping" => run.Running().At(100).Do(K.StopPodRequested),
            "cleaning" => run.Running().At(100).Do(K.StopPodRequested, K.PodStopAcked),
            "finished and kept" => run.Running().At(100).Do(K.PodFinished),
            "terminating" => run.Running().At(100).Do(K.ShutdownRequested),
            "quitting with a pod" => run.Running().Do(K.ShutdownRequested).At(100).Do(K.PodDestroyAcked),
            "quitting" => run.Boot().At(100).Do(K.ShutdownRequested),
            "killed" => run.Boot().At(100).Do(K.KillRequested),
            "disconnected" => run.Boot().At(100).Do(K.GuestDisconnected),
            "exited" => run.Boot().At(100).Do(VmEvent.Exited(1, "exit 1")),
            "idle" => run.At(100).Boot(),
            "pinged" => run.At(63).Boot().Elapse(D.Ping),
            "running" => run.At(100).Running(),
            "calling" => run.Running().At(100).Do(K.CallRequested),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
    }
}
