using Rx.Vm.Lifecycle;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>What the fold adds to the reducer: the state observers see, ids, times and texts.</summary>
public class VmFoldTests
{
    [Fact]
    public void Initial_step_publishes_a_machine_in_preparation()
    {
        var step = VmFold.Initial("vm-1", KeepMode.AfterFinish, new VmTimeouts());
        Assert.True(step.Published);
        Assert.Equal(new VmState { VmId = "vm-1", Sequence = 1 }, step.Fold.State);
        Assert.Equal(KeepMode.AfterFinish, step.Fold.Core.Keep);
    }

    [Fact]
    public void Published_states_are_numbered_without_a_gap_and_carry_their_time()
    {
        var run = new FoldRun().At(1).Running(devices: 2).At(2).Do(K.StopPodRequested, K.PodStopAcked);
        var published = run.Steps.Where(s => s.Published).Select(s => s.Fold.State).ToList();
        Assert.Equal(Enumerable.Range(1, published.Count).Select(n => (long)n), published.Select(s => s.Sequence));
        Assert.Equal(TimeSpan.FromSeconds(2), published[^1].At);
        Assert.All(published.Zip(published.Skip(1)), pair => Assert.NotEqual(pair.First with { Sequence = 0 }, pair.Second with { Sequence = 0 }));
    }

    [Fact]
    public void Event_without_visible_consequence_publishes_nothing()
    {
        var run = new FoldRun().Boot().RunPod(devices: 2);
        var state = run.Fold.State;
        run.At(5).Do(VmEvent.Device(K.DeviceAdded, 0));
        Assert.Equal((false, state), (run.Last.Published, run.Fold.State));
    }

    [Fact]
    public void First_cause_is_kept_in_words()
    {
        var run = new FoldRun().Running().Do(new VmEvent(K.PodStopRefused) { Text = "ignored while running" });
        run.Do(K.StopPodRequested).Do(new VmEvent(K.PodStopRefused) { Text = "umount failed" }).Do(VmEvent.Exited(1, "exit 1"));
        Assert.Equal((VmReason.PodStopRefused, "the guest could not stop the pod: umount failed"), (run.Fold.State.Reason, run.Fold.State.Message));
    }

    // Whichever is seen first, people read how the process died.
    [Fact]
    public void Exit_after_a_broken_channel_explains_it()
    {
        var exit = VmEvent.Exited(1, "killed by SIGSEGV");
        var first = new FoldRun().Running().Do(exit).Do(K.QmpDisconnected, K.ResourcesReleased);
        var last = new FoldRun().Running().Do(K.QmpDisconnected).Do(exit).Do(K.ResourcesReleased);
        Assert.Equal("the machine's process died: killed by SIGSEGV", first.Fold.State.Message);
        Assert.Equal(first.Fold.State with { Sequence = 0 }, last.Fold.State with { Sequence = 0 });
    }

    [Theory]
    [InlineData(K.PodFinished)]
    [InlineData(K.PodStopAcked)]
    public void Exit_codes_are_those_of_the_event_that_ends_the_pod(K end)
    {
        var run = new FoldRun().Running().Do(K.StopPodRequested).Do(new VmEvent(end) { ExitCodes = new([0, 137]) });
        Assert.Equal(new ValueArray<int>([0, 137]), run.Fold.State.ExitCodes);

        run.Do(new VmEvent(K.PodFinished) { ExitCodes = new([1, 1]) });
        Assert.Equal(new ValueArray<int>([0, 137]), run.Fold.State.ExitCodes);
    }

    [Fact]
    public void Exit_codes_from_a_guest_whose_pod_has_not_started_are_not_believed()
    {
        var early = new VmEvent(K.PodFinished) { ExitCodes = new([0]) };
        var run = new FoldRun().Boot().RunPod(devices: 1).Do(early);
        Assert.Empty(run.Fold.State.ExitCodes);

        run = new FoldRun().Running().Do(new VmEvent(K.PingAcked) { ExitCodes = new([0]) });
        Assert.Empty(run.Fold.State.ExitCodes);
    }

    [Fact]
    public void Exit_codes_of_the_last_pod_are_gone_when_the_next_one_is_accepted()
    {
        var run = new FoldRun().Running().Do(K.StopPodRequested).Do(new VmEvent(K.PodStopAcked) { ExitCodes = new([7]) });
        run.Do(K.RescanAcked).RunPod(podId: "next");
        Assert.Equal(("next", 0), (run.Fold.State.PodId, run.Fold.State.ExitCodes.Count));
    }

    [Fact]
    public void Refused_pod_does_not_show()
    {
        var run = new FoldRun().Running();
        run.RunPod(podId: "other");
        Assert.Equal("pod", run.Fold.State.PodId);
    }

    // A reply that outlived its caller's call must not be counted as the answer to another one.
    [Fact]
    public void Answer_to_a_call_that_is_not_pending_is_ignored()
    {
        var run = new FoldRun().Running().Do(K.CallRequested, K.CallRequested);
        var calls = run.Fold.Pending.Where(p => p.Value == K.CallRequested).Select(p => p.Key).Order().ToList();
        var shutdown = new FoldRun().Running().Do(K.ShutdownRequested);

        run.Do(VmEvent.Request(K.CallAcked, calls[0]));
        Assert.Equal([calls[0]], run.Last.Answers.Select(a => a.Command));
        run.Do(VmEvent.Request(K.CallAcked, calls[0]));
        Assert.Equal((1, 0), (run.Fold.Core.Calls, run.Last.Answers.Length));

        shutdown.Do(VmEvent.Request(K.CallAcked, shutdown.Fold.Pending.Keys.Single()));
        Assert.Empty(shutdown.Last.Answers);
    }

    // A call's answer names the call: the token of another request is no answer to it.
    [Fact]
    public void Answer_with_the_token_of_another_kind_of_request_is_ignored()
    {
        var run = new FoldRun().Running().Do(K.CallRequested, K.StopPodRequested);
        run.Do(VmEvent.Request(K.CallAcked, run.Fold.Pending.Single(p => p.Value == K.StopPodRequested).Key));
        Assert.Equal((2, 1, 0), (run.Fold.Pending.Count, run.Fold.Core.Calls, run.Last.Answers.Length));
    }

    // Same events at the same times, same steps.
    [Fact]
    public void Same_events_at_the_same_times_give_equal_steps()
    {
        var first = Life();
        var second = Life();
        Assert.Equal(first.Steps.Count, second.Steps.Count);
        Assert.All(first.Steps.Zip(second.Steps), pair => Assert.Equal(Show(pair.First), Show(pair.Second)));
        Assert.Equal(VmPhase.Gone, first.Fold.State.Phase);

        static FoldRun Life() => new FoldRun().At(1).Running(devices: 2).At(2).Do(K.CallRequested).At(3).Elapse(DeadlineKind.Ping)
            .Do(K.PingAcked, K.StopPodRequested, K.ShutdownRequested).Elapse(DeadlineKind.PodDestroy).Do(VmEvent.Exited(0, "exit 0"))
            .Do(K.ResourcesReleased);
    }

    /// <summary>All of a step as text; records compare collections by reference.</summary>
    internal static string Show(VmStep s) => string.Join(
        '\n',
        s.Fold.Core.Pack(), s.Fold.State, s.Number, s.At, s.Effects, s.Devices.Bits, s.Published, s.Event,
        string.Join(';', s.Fold.Deadlines), string.Join(';', s.Fold.Pending.OrderBy(p => p.Key)), string.Join(';', s.Answers));
}
