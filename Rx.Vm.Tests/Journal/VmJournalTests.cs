using System.Reactive.Concurrency;
using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Journal;

/// <summary>The journal of a machine, from its host down to the file.</summary>
public sealed class VmJournalTests : IDisposable
{
    private readonly TestScheduler _scheduler = new();
    private readonly JournalDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_whole_life_is_in_memory_and_in_the_file_and_replays()
    {
        var vm = Host(new JournalOptions()).Create(new VmOptions { Id = "vm1", JournalPath = _directory.In("vm1.journal") });
        Live(vm, SimulatedWorld.Pod("echo", "hello"));

        var read = JournalFile.Read(_directory.In("vm1.journal"));
        var replay = JournalReplay.Run(read);

        Assert.Equal(vm.Journal.Snapshot().Entries, read.Entries);
        Assert.Equal(JournalEndKind.Clean, read.End.Kind);
        Assert.True(replay is { IsEqual: true, Gap: null });
        Assert.Equal(vm.State, replay.Steps[^1].Fold.State);
        Assert.Equal((JournalState.Closed, read.Entries.Length, 0L, null), Summary(vm));
    }

    [Fact]
    public void The_file_is_for_its_owner_only()
    {
        var vm = Host(new JournalOptions()).Create(new VmOptions { JournalPath = _directory.In("x.journal") });

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory.In("x.journal")));
        Live(vm, SimulatedWorld.Pod("true"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_is_written_while_whoever_calls_the_observers_is_blocked()
    {
        var ct = TestContext.Current.CancellationToken;
        var real = VmSchedulers.Real;
        using var release = new ManualResetEventSlim();
        using var notify = new EventLoopScheduler();
        notify.Schedule(() => release.Wait(CancellationToken.None));
        try
        {
            var driver = new SimulatedDriver(real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
            await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver, Schedulers = real with { Notify = notify } }, ct);
            var vm = host.Create(new VmOptions { JournalPath = _directory.In("x.journal") });

            await vm.RunPodAsync(SimulatedWorld.Pod("true"), ct);
            await vm.Journal.Closed.WaitAsync(ct);

            Assert.Equal(VmPhase.Gone, JournalFile.Read(_directory.In("x.journal")).Entries[^1].Outcome.Phase);
        }
        finally
        {
            release.Set();
        }
    }

    // Words that only a pod's author knows; whatever the machine does with them, its journal must not have them.
    [Fact]
    public void Arguments_and_environment_values_are_not_recorded()
    {
        var container = SimulatedWorld.Container("sh", "-c", "echo arg-Hv7; exit 3") with
        {
            Name = "web",
            Envs = [new("TOKEN", "env-Kq9")],
        };
        var vm = Host(new JournalOptions()).Create(new VmOptions { JournalPath = _directory.In("x.journal") });
        var pod = SimulatedWorld.Pod(container, SimulatedWorld.Container("sleep", "1") with { Name = "other" });
        var started = vm.Run(pod);
        _scheduler.AdvanceBy(TimeSpan.FromMilliseconds(1500).Ticks);
        Assert.True(started.IsCompletedSuccessfully);
        _ = vm.Exec("other", "sh", "-c", "exec-Zz3");
        _ = vm.Exec("nowhere-Pp2", "no-such-Tt5");
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(10).Ticks);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);

        var bytes = Encoding.UTF8.GetString(File.ReadAllBytes(_directory.In("x.journal")));

        Assert.Contains("CallRequested", bytes, StringComparison.Ordinal);
        Assert.Contains("PodFinished", bytes, StringComparison.Ordinal);
        foreach (var secret in (string[])["arg-Hv7", "TOKEN", "env-Kq9", "exec-Zz3", "no-such-Tt5"])
        {
            Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_ring_keeps_the_last_entries_and_counts_the_others()
    {
        var vm = Host(new JournalOptions { Capacity = 4 }).Create(new VmOptions { JournalPath = _directory.In("x.journal") });
        Live(vm, SimulatedWorld.Pod("true"));

        var all = JournalFile.Read(_directory.In("x.journal")).Entries;
        var kept = vm.Journal.Snapshot();

        Assert.Equal(all[^4..], kept.Entries);
        Assert.Equal(all.Length - 4, kept.Dropped);
        Assert.Equal([new JournalGap(1, all.Length - 4)], kept.Gaps);
    }

    [Fact]
    public void A_snapshot_does_not_change()
    {
        var vm = Host(new JournalOptions()).Create();
        Live(vm, SimulatedWorld.Pod("true"), seconds: 0.05);
        var before = vm.Journal.Snapshot();
        var count = before.Entries.Length;

        _scheduler.AdvanceBy(TimeSpan.FromSeconds(9).Ticks);

        Assert.Equal(count, before.Entries.Length);
        Assert.True(vm.Journal.Snapshot().Entries.Length > count);
    }

    [Fact]
    public void A_journal_can_be_off()
    {
        var vm = Host(new JournalOptions { Capacity = 0 }).Create();
        Live(vm, SimulatedWorld.Pod("true"));

        Assert.Empty(vm.Journal.Snapshot().Entries);
        Assert.True(vm.Journal.Snapshot().Seen > 5);
        Assert.Equal((JournalState.None, 0, 0L, null), Summary(vm));
        Assert.True(vm.Journal.Closed.IsCompletedSuccessfully);
    }

    // An entry has a digest of the whole step: hundreds of nanoseconds for each event of each machine.
    [Fact]
    public void A_journal_that_is_off_computes_nothing()
    {
        var journal = new VmJournal(new JournalHeader { VmId = "off" }, capacity: 0, null, JournalStatus.None);
        var step = VmFold.Step(VmFold.Initial("off", KeepMode.None, new VmTimeouts()), VmEvent.Request(VmEventKind.BootRequested, 1), default);
        journal.Record(step);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            journal.Record(step);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1, journal.Snapshot().Seen);
    }

    [Fact]
    public void Each_machine_of_a_host_gets_a_file_of_its_own()
    {
        var host = Host(new JournalOptions { Directory = _directory.In("deep/er") });
        Live(host.Create(new VmOptions { Id = "a" }), SimulatedWorld.Pod("true"));
        Live(host.Create(new VmOptions { Id = "b" }), SimulatedWorld.Pod("true"));
        Live(host.Create(new VmOptions { Id = "a" }), SimulatedWorld.Pod("true"));

        var files = Directory.GetFiles(_directory.In("deep/er")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["a", "a", "b"], files.Select(file => JournalFile.Read(file).Header.VmId));
        Assert.All(files, file => Assert.Equal(VmPhase.Gone, JournalFile.Read(file).Entries[^1].Outcome.Phase));
        Assert.EndsWith("/a.00010101T000000.000Z.journal", files[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Two_of_one_name_and_one_moment_do_not_meet()
    {
        using var first = JournalFileTarget.Add(_directory.Path, "a");
        using var second = JournalFileTarget.Add(_directory.Path, "a");

        Assert.NotEqual(first.Path, second.Path);
    }

    [Fact]
    public void A_directory_that_can_not_be_had_costs_the_file_only()
    {
        var host = Host(new JournalOptions { Directory = _directory.Write("file", [1]) });
        var vm = host.Create();
        Live(vm, SimulatedWorld.Pod("true"));

        Assert.Equal(JournalState.Failed, vm.Journal.Status.State);
        Assert.Contains(_directory.In("file"), vm.Journal.Status.Error, StringComparison.Ordinal);
        Assert.True(JournalReplay.Run(vm.Journal.Snapshot()) is { IsEqual: true, Gap: null });
    }

    [Fact]
    public void A_path_of_its_own_must_be_good()
    {
        var host = Host(new JournalOptions());

        var missing = Assert.Throws<JournalException>(() => host.Create(new VmOptions { JournalPath = _directory.In("no/such") }));
        var spec = _directory.Write("pod.json", [.. "{}"u8]);
        var other = Assert.Throws<JournalException>(() => host.Create(new VmOptions { JournalPath = spec }));
        var device = Assert.Throws<JournalException>(() => host.Create(new VmOptions { JournalPath = "/dev/null" }));

        Assert.Equal(
            (JournalFault.Unusable, JournalFault.NotAJournal, JournalFault.NotAJournal), (missing.Fault, other.Fault, device.Fault));
        Assert.Equal("{}", File.ReadAllText(spec));
    }

    // The old file's blocks are not written over: whoever still has it open keeps it.
    [Fact]
    public void An_older_journal_is_replaced_and_not_emptied()
    {
        var path = _directory.Write("x.journal", Lives.Bytes(Lives.Random(1, 20).Recording));
        using var reader = File.OpenRead(path);
        Live(Host(new JournalOptions()).Create(new VmOptions { Id = "new", JournalPath = path }), SimulatedWorld.Pod("true"));

        Assert.Equal("new", JournalFile.Read(path).Header.VmId);
        Assert.Equal("vm-random", JournalFile.Read(reader, "the old one").Header.VmId);
    }

    [Fact]
    public void A_journal_of_a_later_format_is_replaced_by_nobody()
    {
        var bytes = Lives.Bytes(Lives.Random(1, 20).Recording);
        bytes[8]++;
        var path = _directory.Write("x.journal", bytes);

        var refusal = Assert.Throws<JournalException>(() => Host(new JournalOptions()).Create(new VmOptions { JournalPath = path }));

        Assert.Equal(JournalFault.NewerVersion, refusal.Fault);
        Assert.Contains(FormattableString.Invariant($"format {JournalHeader.CurrentVersion + 1}"), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("x.journal")]
    public void A_link_is_replaced_by_no_journal_and_called_one(string target)
    {
        _directory.Write("x.journal", Lives.Bytes(Lives.Random(1, 20).Recording));
        File.CreateSymbolicLink(_directory.In("link"), _directory.In(target));

        var refusal = Assert.Throws<JournalException>(
            () => Host(new JournalOptions()).Create(new VmOptions { JournalPath = _directory.In("link") }));

        Assert.Equal(JournalFault.NotAJournal, refusal.Fault);
        Assert.Contains("symbolic link", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(File.ResolveLinkTarget(_directory.In("link"), returnFinalTarget: false));
    }

    [Fact]
    public void A_journal_that_is_being_written_is_replaced_by_nobody()
    {
        var path = _directory.In("x.journal");
        var host = Host(new JournalOptions());
        var first = host.Create(new VmOptions { Id = "a", JournalPath = path });

        var refusal = Assert.Throws<JournalException>(() => host.Create(new VmOptions { Id = "b", JournalPath = path }));
        using (File.OpenRead(path))
        {
            Assert.Equal(JournalFault.Unusable, refusal.Fault);
        }

        Assert.Null(host.Find("b"));
        Live(first, SimulatedWorld.Pod("true"));
        Assert.Equal(("a", JournalState.Closed), (JournalFile.Read(path).Header.VmId, first.Journal.Status.State));
        Live(host.Create(new VmOptions { Id = "b", JournalPath = path }), SimulatedWorld.Pod("true"));
        Assert.Equal("b", JournalFile.Read(path).Header.VmId);
    }

    [Fact]
    public void A_taken_id_touches_no_file()
    {
        var host = Host(new JournalOptions());
        host.Create(new VmOptions { Id = "a", JournalPath = _directory.In("x.journal") });
        _scheduler.Start();

        Assert.Throws<RxVmException>(() => host.Create(new VmOptions { Id = "a", JournalPath = _directory.In("y.journal") }));
        Assert.False(File.Exists(_directory.In("y.journal")));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData(".x")]
    public void An_id_that_is_none_never_names_a_file(string id)
    {
        var host = Host(new JournalOptions { Directory = _directory.Path });

        Assert.Throws<RxVmException>(() => host.Create(new VmOptions { Id = id }));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_disposed_host_has_closed_its_journals()
    {
        var host = Host(new JournalOptions { Directory = _directory.Path, Sync = JournalSync.AtClose });
        var vm = host.Create();
        _ = vm.Boot();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(3).Ticks);

        var disposed = host.DisposeAsync().AsTask();
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(30).Ticks);

        Assert.True(disposed.IsCompletedSuccessfully);
        Assert.Equal((JournalState.Closed, null), (vm.Journal.Status.State, vm.Journal.Status.Error));
        Assert.Equal(VmPhase.Gone, JournalFile.Read(vm.Journal.Status.Path!).Entries[^1].Outcome.Phase);
    }

    [Theory]
    [InlineData(-1, 1, 1 << 20, "Capacity")]
    [InlineData(1, 0, 1 << 20, "QueueCapacity")]
    [InlineData(1, 1, 1000, "MaxFileBytes")]
    public async Task An_option_out_of_its_range_is_named(int capacity, int queue, long bytes, string name)
    {
        var options = new JournalOptions { Capacity = capacity, QueueCapacity = queue, MaxFileBytes = bytes };

        var e = await Assert.ThrowsAsync<RxVmException>(async () => await VmHost.OpenAsync(
            new VmHostOptions { Journal = options }, TestContext.Current.CancellationToken));
        Assert.StartsWith($"JournalOptions.{name}: ", e.Message, StringComparison.Ordinal);
    }

    private static (JournalState State, int Written, long Dropped, string? Error) Summary(VirtualMachine vm) =>
        (vm.Journal.Status.State, (int)vm.Journal.Status.Written, vm.Journal.Status.Dropped, vm.Journal.Status.Error);

    private VmHost Host(JournalOptions options)
    {
        SynchronizationContext.SetSynchronizationContext(null);
        return SimulatedWorld.Now(VmHost.OpenAsync(new VmHostOptions
        {
            Driver = new SimulatedDriver(_scheduler, new SimulatedSettings { InlineContinuations = true }),
            Schedulers = VmSchedulers.Single(_scheduler),
            InlineContinuations = true,
            Journal = options,
        }).AsTask());
    }

    private void Live(VirtualMachine vm, PodSpec pod, double seconds = 9)
    {
        _ = vm.Run(pod);
        _scheduler.AdvanceBy(TimeSpan.FromSeconds(seconds).Ticks);
    }
}
