using Microsoft.Reactive.Testing;

namespace Rx.Qmp.Tests;

public class JobTests
{
    [Theory]
    [InlineData("blockdev-create", JobTrace.Create, "created running waiting pending concluded", "create", 1ul)]
    [InlineData("blockdev-backup", JobTrace.Backup, "created running paused running waiting pending concluded", "backup", 1048576ul)]
    [InlineData("blockdev-backup", JobTrace.BackupAwaitsFinalize,
        "created running paused running waiting pending concluded", "backup", 1048576ul)]
    [InlineData("blockdev-mirror", JobTrace.Mirror, "created running ready waiting pending concluded", "mirror", 1048576ul)]
    [InlineData("block-commit", JobTrace.ActiveCommit, "created running ready waiting pending concluded", "commit", 0ul)]
    public void Trap36_a_recorded_job_is_seen_through_and_every_verb_sent_once(
        string command, string recording, string statuses, string type, ulong total)
    {
        using var rig = QmpRig.Connected();
        var trace = JobTrace.Play(recording, rig.Server);
        var seen = new Seen(rig.Client.RunJob(Start(command), "j"));
        Assert.True(trace.IsFinished);
        Assert.Equal(statuses, seen.Statuses);
        Assert.Equal(new QmpJobProgress("j", "concluded", type, total, total), seen.Progress[^1]);
        Assert.Equal("completed", seen.End);
    }

    [Fact]
    public async Task A_job_for_which_there_is_no_connection_fails_where_observers_run_and_one_that_does_not_look_is_counted()
    {
        var observers = new TestScheduler();
        using var rig = new QmpRig(options => options with { InlineContinuations = false, ObserverScheduler = observers });
        await rig.Client.DisposeAsync();
        Exception? failure = null;
        using var looks = rig.Client.RunJob(Start("blockdev-create"), "j").Subscribe(_ => { }, fault => failure = fault);
        Assert.Null(failure);
        observers.Start();
        Assert.IsType<QmpDisconnectedException>(failure);

        using var blind = rig.Client.RunJob(Start("blockdev-create"), "j").Subscribe();
        observers.Start();
        Assert.Equal(1, rig.Client.Statistics.FailedObservers);
    }

    [Fact]
    public void Trap36_a_job_that_failed_before_the_reply_gives_its_error_and_is_dismissed()
    {
        using var rig = QmpRig.Connected();
        var trace = JobTrace.Play(JobTrace.CreateFails, rig.Server);
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-create"), "j"));
        Assert.True(trace.IsFinished);
        var failure = Assert.IsType<QmpJobException>(seen.Failure);
        Assert.Equal("Cluster size must be a power of two", failure.Reason);
        Assert.Equal(("j", "blockdev-create", false), (failure.Job, failure.Command, failure.WasCancelled));
    }

    [Fact]
    public void Trap36_a_job_someone_else_cancels_fails_as_cancelled()
    {
        using var rig = QmpRig.Connected();
        var trace = JobTrace.Play(JobTrace.MirrorCancelled, rig.Server);
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-mirror"), "j"));
        Assert.True(trace.IsFinished);
        var failure = Assert.IsType<QmpJobException>(seen.Failure);
        Assert.Equal(("Operation canceled", true), (failure.Reason, failure.WasCancelled));
    }

    [Fact]
    public void Trap36_a_job_that_dismissed_itself_before_it_could_be_asked_is_judged_by_its_events()
    {
        using var rig = QmpRig.Connected();
        var trace = JobTrace.Play(JobTrace.BackupDismissesItself, rig.Server);
        Assert.Equal("completed", new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).End);
        Assert.True(trace.IsFinished);
        rig.Server.Answer = command => Events.Job("j", "created") + command.Return() + Events.Job("j", "aborting")
            + Events.Named("BLOCK_JOB_COMPLETED", """{"device": "j", "error": "No space left on device"}""")
            + Events.Job("j", "concluded") + Events.Job("j", "null");
        var failure = Assert.IsType<QmpJobException>(new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Failure);
        Assert.Equal("No space left on device", failure.Reason);
        rig.Server.Answer = command => command.Return() + Events.Job("j", "aborting") + Events.Job("j", "null");
        failure = Assert.IsType<QmpJobException>(new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Failure);
        Assert.Null(failure.Reason);
    }

    [Fact]
    public void Trap36_ready_twice_is_completed_once()
    {
        using var rig = QmpRig.Connected();
        _ = new Seen(rig.Client.RunJob(Start("blockdev-mirror"), "j"));
        rig.Server.Send(Events.Job("j", "created") + Events.Job("j", "ready") + Events.Job("j", "standby") + Events.Job("j", "ready"));
        Assert.Single(rig.Server.Received, command => command.Name == "job-complete");
    }

    [Theory]
    [InlineData("ready", "job-complete")]
    [InlineData("pending", "job-finalize")]
    public void Trap36_what_the_caller_wants_to_do_is_left_to_the_caller(string status, string verb)
    {
        using var rig = QmpRig.Connected();
        var options = new QmpJobOptions { CompleteWhenReady = false, FinalizeWhenPending = false };
        rig.Server.Answer = command => command.Name == "query-jobs"
            ? command.Return($$"""[{"id": "j", "status": "{{status}}"}]""")
            : command.Return();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-mirror"), "j", options));
        rig.Server.Send(Events.Job("j", status) + Events.Named("BLOCK_JOB_PENDING", """{"id": "j"}"""));
        rig.Advance(5);
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == verb);
        Assert.Equal("open", seen.End);
    }

    [Fact]
    public void Trap36_a_job_that_finalizes_itself_is_not_told_to()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "query-jobs" ? null : command.Return();
        _ = new Seen(rig.Client.RunJob(Start("blockdev-create"), "j"));
        rig.Server.Send(Events.Job("j", "pending"));
        Assert.DoesNotContain(rig.Server.Received, command => command.Name == "job-finalize");
    }

    [Fact]
    public void Trap36_a_refused_verb_means_nothing_when_the_job_went_on_by_itself()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "job-complete"
            ? Events.Job("j", "aborting") + command.Error("GenericError", "cannot accept command verb 'complete'")
            : command.Return();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-mirror"), "j"));
        rig.Server.Send(Events.Job("j", "ready"));
        Assert.Equal("open", seen.End);
        rig.Server.Answer = command => command.Name == "query-jobs"
            ? command.Return("""[{"id": "j", "status": "concluded", "error": "Input/output error"}]""")
            : command.Return();
        rig.Server.Send(Events.Job("j", "concluded"));
        Assert.Equal("Input/output error", Assert.IsType<QmpJobException>(seen.Failure).Reason);
    }

    [Fact]
    public void A_refused_completion_fails_the_stream_and_cancels_the_job()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "job-complete"
            ? command.Error("GenericError", "The active block job 'j' cannot be completed")
            : command.Return();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-mirror"), "j"));
        rig.Server.Send(Events.Job("j", "ready"));
        Assert.Equal("job-complete", Assert.IsType<QmpCommandException>(seen.Failure).Command);
        Assert.Equal("job-cancel", rig.Server.Received[^1].Name);
        rig.Server.Send(Events.Job("j", "concluded"));
        Assert.Equal("job-dismiss", rig.Server.Received[^1].Name);
    }

    [Fact]
    public void Progress_is_asked_for_in_between()
    {
        using var rig = QmpRig.Connected();
        var asked = 0;
        rig.Server.Answer = command => command.Name == "query-jobs"
            ? command.Return(
                """[{"id": "x"}, {"id": "j", "type": "backup", "status": "running", """
                + $""" "current-progress": {++asked}, "total-progress": 9""" + "}]")
            : Events.Job("j", "running") + command.Return();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j", new() { PollInterval = TimeSpan.FromSeconds(3) }));
        rig.Advance(9.5);
        QmpJobProgress At(ulong current) => new("j", "running", "backup", current, 9);
        Assert.Equal([new("j", "running"), At(1), At(2), At(3)], seen.Progress);
    }

    [Fact]
    public void Nothing_is_sent_before_somebody_subscribes_and_each_subscription_is_a_job_of_its_own()
    {
        using var rig = QmpRig.Connected();
        var job = rig.Client.RunJob(Start("blockdev-backup"), "j");
        Assert.Single(rig.Server.Received);
        _ = new Seen(job);
        rig.Server.Answer = command => command.Error("GenericError", "Job ID 'j' already in use");
        Assert.IsType<QmpCommandException>(new Seen(job).Failure);
        Assert.Equal(2, rig.Server.Received.Count(command => command.Name == "blockdev-backup"));
    }

    [Fact]
    public void A_disposed_job_is_cancelled_dismissed_and_forgotten()
    {
        using var rig = QmpRig.Connected();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j"));
        rig.Server.Send(Events.Job("j", "created") + Events.Job("j", "running"));
        seen.Subscription.Dispose();
        Assert.Equal("""{"execute":"job-cancel","arguments":{"id":"j"},"id":0}""", rig.Server.Received[^1].Raw);
        rig.Server.Send(Events.Job("j", "aborting") + Events.Job("j", "concluded"));
        Assert.Equal("job-dismiss", rig.Server.Received[^1].Name);
        var sent = rig.Server.Received.Count;
        rig.Server.Send(Events.Job("j", "created") + Events.Job("j", "ready") + Events.Job("j", "concluded"));
        rig.Advance(60);
        Assert.Equal(sent, rig.Server.Received.Count);
        Assert.Equal("created running", seen.Statuses);
        Assert.Equal("open", seen.End);
    }

    [Fact]
    public void A_job_disposed_before_its_start_was_answered_is_cancelled_once_it_runs()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = _ => null;
        new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Subscription.Dispose();
        Assert.Equal("blockdev-backup", rig.Server.Received[^1].Name);
        rig.Server.Send(rig.Server.Received[^1].Return());
        Assert.Equal("job-cancel", rig.Server.Received[^1].Name);
    }

    [Fact]
    public void A_cancelled_job_that_never_concludes_is_forgotten_after_the_grace()
    {
        using var rig = QmpRig.Connected();
        new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Subscription.Dispose();
        rig.Advance(31);
        rig.Server.Send(Events.Job("j", "concluded"));
        Assert.Equal("job-cancel", rig.Server.Received[^1].Name);
    }

    [Fact]
    public void A_job_may_be_told_to_outlive_its_subscription()
    {
        using var rig = QmpRig.Connected();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j", new() { CancelWhenAbandoned = false }));
        seen.Subscription.Dispose();
        rig.Server.Send(Events.Job("j", "concluded"));
        rig.Advance(60);
        Assert.Equal("blockdev-backup", rig.Server.Received[^1].Name);
    }

    [Fact]
    public void A_job_that_takes_too_long_fails_at_its_deadline_and_is_cancelled()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Return(command.Name == "query-jobs" ? """[{"id": "j", "status": "running"}]""" : "{}");
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j", new() { Timeout = TimeSpan.FromSeconds(90) }));
        rig.Advance(89.9);
        Assert.Equal("open", seen.End);
        rig.Advance(0.2);
        Assert.Equal(TimeSpan.FromSeconds(90), Assert.IsType<QmpTimeoutException>(seen.Failure).Duration);
        Assert.Equal("job-cancel", rig.Server.Received[^1].Name);
    }

    [Fact]
    public void The_end_of_the_vm_ends_the_job_at_once()
    {
        using var rig = QmpRig.Connected();
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j"));
        rig.Server.HangUp();
        Assert.Equal("blockdev-backup", Assert.IsType<QmpDisconnectedException>(seen.Failure).Command);
        Assert.IsType<QmpDisconnectedException>(new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Failure);
    }

    [Fact]
    public void A_start_that_is_refused_or_never_answered_fails_the_stream()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Error("GenericError", "Cannot find device='nope'");
        Assert.IsType<QmpCommandException>(new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j")).Failure);
        rig.Server.Answer = _ => null;
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup").WithTimeout(TimeSpan.FromSeconds(7)), "j"));
        rig.Advance(7);
        Assert.IsType<QmpTimeoutException>(seen.Failure);
        using var unconnected = new QmpRig();
        Assert.IsType<InvalidOperationException>(new Seen(unconnected.Client.RunJob(Start("blockdev-backup"), "j")).Failure);
    }

    [Fact]
    public void Other_jobs_and_an_earlier_one_of_the_same_name_do_not_count()
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Name == "blockdev-backup"
            ? Events.Job("j", "aborting") + Events.Job("j", "null") + Events.Job("k", "concluded") + Events.Job("j", "created")
                + command.Return() + Events.Job("k", "null") + Events.Named("JOB_STATUS_CHANGE") + Events.Named("BLOCK_JOB_CANCELLED", "[]")
            : command.Return("""[{"id": "j", "status": "concluded"}]""");
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j"));
        Assert.Equal("open", seen.End);
        rig.Server.Send(Events.Job("j", "concluded"));
        Assert.Equal("completed", seen.End);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("[7, {}, [], null]")]
    public void A_senseless_answer_leaves_the_events_to_decide(string answer)
    {
        using var rig = QmpRig.Connected();
        rig.Server.Answer = command => command.Return(command.Name == "query-jobs" ? answer : "{}");
        var seen = new Seen(rig.Client.RunJob(Start("blockdev-backup"), "j"));
        rig.Server.Send(Events.Job("j", "concluded"));
        Assert.Equal("completed", seen.End);
    }

    [Fact]
    public void A_throwing_observer_is_as_good_as_gone()
    {
        using var rig = QmpRig.Connected();
        rig.Client.RunJob(Start("blockdev-backup"), "j").Subscribe(_ => throw new FormatException("mine"));
        rig.Server.Send(Events.Job("j", "running"));
        Assert.Equal("job-cancel", rig.Server.Received[^1].Name);
        Assert.Equal(1, rig.Client.Statistics.FailedObservers);
    }

    [Fact]
    public void The_command_is_made_fit_to_be_followed()
    {
        using var rig = QmpRig.Connected();
        rig.Client.RunJob(QmpCommand.Create("block-stream", writer => writer.WriteString("device", "é")), "j").Subscribe();
        Assert.Equal(
            """{"execute":"block-stream","arguments":{"device":"é","job-id":"j","auto-dismiss":false},"id":0}""",
            rig.Server.Received[^1].Raw);
        rig.Client.RunJob(Start("blockdev-backup", autoDismiss: true), "j").Subscribe();
        Assert.Equal(
            """{"execute":"blockdev-backup","arguments":{"job-id":"j","auto-dismiss":true},"id":0}""", rig.Server.Received[^1].Raw);
        rig.Client.RunJob(QmpCommand.Create("drive-backup"), "j").Subscribe();
        Assert.Equal(
            """{"execute":"drive-backup","arguments":{"job-id":"j","auto-dismiss":false},"id":0}""", rig.Server.Received[^1].Raw);
        rig.Client.RunJob(Start("snapshot-save"), "j").Subscribe();
        Assert.Equal("""{"execute":"snapshot-save","arguments":{"job-id":"j"},"id":0}""", rig.Server.Received[^1].Raw);
        Assert.Throws<ArgumentException>(() => rig.Client.RunJob(Start("blockdev-backup"), "k"));
        Assert.Throws<ArgumentException>(() => rig.Client.RunJob(Start("blockdev-backup"), "a b"));
    }

    private static QmpCommand Start(string name, bool? autoDismiss = null) => QmpCommand.Create(name, writer =>
    {
        writer.WriteString("job-id", "j");
        if (autoDismiss is { } value)
        {
            writer.WriteBoolean("auto-dismiss", value);
        }
    });

    private sealed class Seen
    {
        private bool _completed;

        public Seen(IObservable<QmpJobProgress> job) =>
            Subscription = job.Subscribe(Progress.Add, fault => Failure = fault, () => _completed = true);

        public IDisposable Subscription { get; }

        public List<QmpJobProgress> Progress { get; } = [];

        public Exception? Failure { get; private set; }

        public string End => _completed ? "completed" : Failure is null ? "open" : "failed";

        /// <summary>The statuses, each once in a row.</summary>
        public string Statuses => string.Join(' ', Progress.Select(item => item.Status).Aggregate(
            new List<string>(),
            (list, status) =>
            {
                if (list.LastOrDefault() != status)
                {
                    list.Add(status);
                }

                return list;
            }));
    }
}
