using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>
/// Every request gets exactly one answer, whatever happens. RX_SEED sets another seed, RX_LIVES another number of lives.
/// </summary>
[Slow]
public class SettlementTests(ITestOutputHelper output)
{
    private static readonly int Seed = Seeds.Wanted(20_150_915);
    private static readonly int Lives = int.TryParse(Environment.GetEnvironmentVariable("RX_LIVES"), out var lives) ? lives : 2_000;

    [Fact]
    public void Every_request_of_a_random_life_gets_exactly_one_answer()
    {
        output.WriteLine($"seed {Seed}, {Lives} lives");
        var random = new Random(Seed);
        var (answers, ends) = (new Dictionary<AnswerKind, int>(), 0);
        for (var i = 0; i < Lives; i++)
        {
            var keep = (KeepMode)(i & 1);
            var life = RandomLife.Next(random, length: 80);
            if (Fault(life, keep) is not null)
            {
                var least = Shrink.List(life, part => Fault(part, keep) is not null);
                Assert.Fail($"seed {Seed}, life {i}: {Fault(least, keep)}\n  {string.Join("\n  ", least)}");
            }

            var steps = RandomLife.Run(life, keep);
            ends += steps[^1].Fold.State.IsTerminal ? 1 : 0;
            foreach (var answer in steps.SelectMany(s => s.Answers))
            {
                answers[answer.Kind] = answers.GetValueOrDefault(answer.Kind) + 1;
            }
        }

        output.WriteLine($"{ends} machines gone; {string.Join(", ", answers.OrderBy(a => a.Key).Select(a => $"{a.Value} {a.Key}"))}");
        Assert.All(Enum.GetValues<AnswerKind>(), kind => Assert.True(answers.GetValueOrDefault(kind) > Lives / 10, kind.ToString()));
    }

    [Fact]
    public void Random_lives_fold_the_same_way_twice()
    {
        var random = new Random(Seed);
        for (var i = 0; i < Lives / 10; i++)
        {
            var life = RandomLife.Next(random, length: 80);
            var (first, second) = (RandomLife.Run(life, KeepMode.None), RandomLife.Run(life, KeepMode.None));
            Assert.Equal(first.Select(VmFoldTests.Show), second.Select(VmFoldTests.Show));
        }
    }

    // An answer goes to who asked.
    [Fact]
    public void Stop_of_two_callers_is_answered_to_both_and_to_nobody_else()
    {
        var run = new FoldRun().Running(); // 1: boot, 2: run
        run.Do(K.StopPodRequested, K.CallRequested, K.StopPodRequested); // 3, 4 refused, 5
        run.Do(K.PodStopAcked, K.RescanAcked);
        Assert.Equal(
            [(1, AnswerKind.Completed), (2, AnswerKind.Completed), (4, AnswerKind.Refused), (3, AnswerKind.Completed), (5, AnswerKind.Completed)],
            run.Answers.Select(a => ((int)a.Command, a.Kind)));
    }

    [Fact]
    public void Refused_call_tells_the_guests_words_and_leaves_the_others_waiting()
    {
        var run = new FoldRun().Running().Do(K.CallRequested, K.CallRequested);
        run.Do(new VmEvent(K.CallRefused) { Token = 4, Text = "no such container" });
        Assert.Equal([new Answer(4, AnswerKind.Failed, VmPhase.Running, Message: "no such container")], run.Last.Answers);
        Assert.Equal([3], run.Fold.Pending.Keys);
    }

    // Told when the machine has gone, not before.
    [Fact]
    public void Shutdown_is_answered_when_the_machine_has_gone()
    {
        var run = new FoldRun().Running().Do(K.ShutdownRequested, K.KillRequested).Do(VmEvent.Exited(137, "killed"));
        Assert.Equal(2, run.Fold.Pending.Count);
        run.Do(K.ResourcesReleased);
        Assert.Equal(
            [new Answer(3, AnswerKind.Completed, VmPhase.Gone), new Answer(4, AnswerKind.Completed, VmPhase.Gone)],
            run.Last.Answers);
    }

    [Fact]
    public void Failure_tells_the_cause()
    {
        var run = new FoldRun().Boot().RunPod().Do(new VmEvent(K.PodStartRefused) { Text = "no rootfs" });
        Assert.Equal(
            [new Answer(2, AnswerKind.Failed, VmPhase.Terminating, Reason: VmReason.PodStartRefused, Message: "the guest could not start the pod: no rootfs")],
            run.Last.Answers);
    }

    [Fact]
    public void Pod_stopped_before_its_machine_booted_fails_and_the_stop_succeeds()
    {
        var run = new FoldRun().RunPod().Do(K.StopPodRequested); // both get their own numbers: 1, 2
        Assert.Equal([(1L, AnswerKind.Failed), (2L, AnswerKind.Completed)], run.Last.Answers.Select(a => (a.Command, a.Kind)));
        Assert.Equal("the pod was stopped before it started", run.Last.Answers[0].Message);
    }

    // The same answer whichever sign of the end is seen first.
    [Fact]
    public void Requests_cut_off_by_a_broken_channel_hear_of_the_exit_that_explains_it()
    {
        var run = new FoldRun().Running().Do(K.CallRequested, K.StopPodRequested, K.GuestDisconnected);
        Assert.Equal([3, 4], run.Fold.Pending.Keys.Order());

        run.Do(VmEvent.Exited(1, "signal 9"));

        Assert.Equal(
            [(3, VmReason.ProcessDied, "the machine's process died: signal 9"), (4, VmReason.ProcessDied, "the machine's process died: signal 9")],
            run.Last.Answers.Select(a => ((int)a.Command, a.Reason, a.Message!)));
        Assert.Empty(run.Fold.Pending);
    }

    [Fact]
    public void Requests_cut_off_by_a_broken_channel_hear_of_that_when_no_exit_follows_in_time()
    {
        var run = new FoldRun().Boot().RunPod(1).Do(new VmEvent(K.QmpDisconnected) { Text = "reset" });
        Assert.Empty(run.Last.Answers);

        run.Elapse(DeadlineKind.Loss);

        var answer = Assert.Single(run.Last.Answers);
        Assert.Equal((2, AnswerKind.Failed, VmReason.ConnectionLost), ((int)answer.Command, answer.Kind, answer.Reason));
        Assert.Equal("the connection to the machine was lost: reset", answer.Message);
    }

    // The shrinker itself: of a life with one needed pair in it, the pair is left.
    [Fact]
    public void Shrinking_leaves_what_is_needed()
    {
        var least = Shrink.List([.. Enumerable.Range(0, 200)], list => list.Contains(17) && list.Contains(173));
        Assert.Equal([17, 173], least);
    }

    private static string? Fault(IReadOnlyList<Happening> life, KeepMode keep)
    {
        var steps = RandomLife.Run(life, keep);
        var asked = steps.Where(s => s.Event is { } e && VmInvariants.IsRequest(e.Kind)).Select(s => s.Event!.Token).ToHashSet();
        var answered = steps.SelectMany(s => s.Answers).Select(a => a.Command).ToList();
        var last = steps[^1].Fold;
        return answered.Count != answered.Distinct().Count() ? "a request was answered twice"
            : answered.Any(a => !asked.Contains(a)) ? "an answer to nobody"
            : !asked.Except(answered).ToHashSet().SetEquals(last.Pending.Keys) ? "a request got lost"
            : last.State.IsTerminal && !last.Pending.IsEmpty ? "a request was left behind a terminal state"
            : steps.Select(s => s.Fold).FirstOrDefault(f => !CountsAgree(f)) is { } odd ? $"waiting {string.Join(',', odd.Pending)} but {odd.Core.Words()}"
            : null;
    }

    // The reducer's flags and counts, and the requests they stand for.
    private static bool CountsAgree(VmFold fold)
    {
        int Waiting(params ReadOnlySpan<K> kinds)
        {
            var count = 0;
            foreach (var kind in kinds)
            {
                count += fold.Pending.Count(p => p.Value == kind);
            }

            return count;
        }

        // Behind a broken channel they wait for its explanation.
        if (fold.Core.Armed.Has(DeadlineKind.Loss))
        {
            return Waiting(K.ShutdownRequested, K.KillRequested) > 0 == fold.Core.Has(VmFlags.ShutdownPending)
                && fold.Core is { Calls: 0, Phase: VmPhase.Destroying };
        }

        return Waiting(K.RunPodRequested) == (fold.Core.Has(VmFlags.RunPending) ? 1 : 0)
            && Waiting(K.StopPodRequested) > 0 == fold.Core.Has(VmFlags.StopPending)
            && Waiting(K.ShutdownRequested, K.KillRequested) > 0 == fold.Core.Has(VmFlags.ShutdownPending)
            && Waiting(K.CallRequested) == fold.Core.Calls
            && Waiting(K.BootRequested) == 0;
    }
}
