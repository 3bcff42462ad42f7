using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;
using Serilog.Core;

// The token of the timeout is Ct, which every wait that can take one takes.
#pragma warning disable xUnit1069

namespace Rx.Vm.Tests.Qemu.Leftovers;

/// <summary>Real directories, locks and processes; what stands for a machine only sleeps.</summary>
[Slow]
public sealed class LeftoverTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _temp = new();
    private readonly List<Sleeper> _sleepers = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Root => _temp["run"];

    public void Dispose()
    {
        _sleepers.ForEach(static sleeper => sleeper.Dispose());
        _temp.Dispose();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(WhenProcessDies.Kill, LeftoverKind.Orphan)]
    [InlineData(WhenProcessDies.Keep, LeftoverKind.Kept)]
    public async Task A_machine_without_a_host_is_told_and_can_be_ended(WhenProcessDies dies, LeftoverKind kind)
    {
        var machine = Machine("vm", Dead(), dies);

        var found = Assert.Single(LeftoverScan.All(Root, Ct));

        Assert.Equal(("vm", Path.Combine(Root, "vm"), kind, machine.Identity), (found.Id, found.Directory, found.Kind, found.Process));
        Assert.True(await LeftoverRemoval.RunAsync(Root, found, Ct));
        Assert.True(machine.HasExited);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_machine_whose_host_lives_is_never_touched()
    {
        var machine = Machine("vm", ProcessHandle.Own, WhenProcessDies.Kill);

        Assert.Empty(LeftoverScan.All(Root, Ct));
        LeftoverSweep.Run(Root, Logger.None);
        foreach (var kind in Enum.GetValues<LeftoverKind>())
        {
            var forged = new Leftover("vm", Path.Combine(Root, "vm"), kind, machine.Identity, "");
            Assert.False(await LeftoverRemoval.RunAsync(Root, forged, Ct));
        }

        Assert.False(machine.HasExited);
        Assert.True(Directory.Exists(Path.Combine(Root, "vm")));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_machine_that_got_a_host_after_it_was_told_is_not_touched()
    {
        var machine = Machine("vm", Dead(), WhenProcessDies.Keep);
        var found = Assert.Single(LeftoverScan.All(Root, Ct));
        Write("vm", DirectoryRecord.Of("vm", WhenProcessDies.Keep, ProcessHandle.Own) with { Machine = machine.Identity });

        Assert.False(await LeftoverRemoval.RunAsync(Root, found, Ct));
        Assert.False(machine.HasExited);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_that_let_go_of_its_lock_and_lives_is_not_taken_for_dead(bool hostLives)
    {
        VmDirectory.Create(Root, "vm").Dispose();
        var machine = Sleep(Path.Combine(Root, "vm"), []);
        Write("vm", DirectoryRecord.Of("vm", WhenProcessDies.Kill, hostLives ? ProcessHandle.Own : Dead()) with { Machine = machine.Identity });

        LeftoverKind[] expected = hostLives ? [] : [LeftoverKind.Orphan];
        Assert.Equal(expected, LeftoverScan.All(Root, Ct).Select(f => f.Kind));
        LeftoverSweep.Run(Root, Logger.None);
        Assert.Contains("already runs", Assert.Throws<VmDirectoryException>(() => VmDirectory.Create(Root, "vm")).Message);
        Assert.False(VmDirectory.RemoveStale(Path.Combine(Root, "vm")));
        Assert.True(File.Exists(Path.Combine(Root, "vm", DirectoryRecord.FileName)));

        machine.Dispose();
        LeftoverSweep.Run(Root, Logger.None);
        Assert.False(Directory.Exists(Path.Combine(Root, "vm")));
        await Task.CompletedTask;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_process_that_may_not_be_looked_at_is_not_taken_for_one_elsewhere()
    {
        Assert.SkipUnless(Libc.geteuid() == 0, "only root can be another user for a moment");
        using var directory = VmDirectory.Create(Root, "vm");
        var (here, elsewhere) = (Sleep(directory.Path, []), Sleep("/", []));
        bool? seen = true;

        SignalRights.As(65534, () =>
        {
            seen = directory.IsHomeOf(here.Identity.Pid);
            return 0;
        });

        Assert.Equal((null, true, false), (seen, directory.IsHomeOf(here.Identity.Pid), directory.IsHomeOf(elsewhere.Identity.Pid)));
        await Task.CompletedTask;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_machine_that_ends_while_it_is_looked_at_is_running_or_dead_and_never_unclear()
    {
        for (var i = 0; i < 100; i++)
        {
            var machine = Machine($"vm{i}", Dead(), WhenProcessDies.Kill);
            var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var seen = Task.Run(() =>
            {
                List<LeftoverKind> kinds = [];
                do
                {
                    kinds.Add(Assert.Single(LeftoverScan.All(Root, Ct)).Kind);
                    looking.TrySetResult();
                }
                while (kinds[^1] == LeftoverKind.Orphan);
                return kinds;
            }, Ct);
            await looking.Task.WaitAsync(Ct);

            machine.Dispose();

            Assert.Equal([LeftoverKind.Orphan, LeftoverKind.Dead], (await seen).Distinct());
            LeftoverSweep.Run(Root, Logger.None);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_record_that_names_a_reused_pid_or_a_stranger_ends_nobody()
    {
        var machine = Machine("vm", Dead(), WhenProcessDies.Kill);
        var stranger = Sleep("/", []);
        ProcessIdentity[] wrong =
        [
            machine.Identity with { PidfsInode = machine.Identity.PidfsInode + 1, StartTicks = machine.Identity.StartTicks + 1 },
            machine.Identity with { BootId = "another" },
            stranger.Identity,
        ];
        foreach (var identity in wrong)
        {
            Write("vm", DirectoryRecord.Of("vm", WhenProcessDies.Kill, Dead()) with { Machine = identity });

            var found = Assert.Single(LeftoverScan.All(Root, Ct));

            Assert.Equal((LeftoverKind.Unclear, null), (found.Kind, found.Process));
            Assert.False(await LeftoverRemoval.RunAsync(Root, found, Ct));
            Assert.False(await LeftoverRemoval.RunAsync(Root, found with { Kind = LeftoverKind.Orphan, Process = identity }, Ct));
        }

        Assert.False(machine.HasExited);
        Assert.False(stranger.HasExited);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_torn_damaged_or_foreign_record_is_told_and_kept_whether_something_lives_there_or_not()
    {
        var machine = Machine("live", Dead(), WhenProcessDies.Kill);
        VmDirectory.Create(Root, "dead").Dispose();
        var damaged = File.ReadAllText(Path.Combine(Root, "live", DirectoryRecord.FileName)).Replace("kill", "keep", StringComparison.Ordinal);
        foreach (var text in new[] { "{", "{}", "\0\0\0\0", damaged, new string(' ', DirectoryRecord.MaxBytes + 1) })
        {
            File.WriteAllText(Path.Combine(Root, "live", DirectoryRecord.FileName), text);
            File.WriteAllText(Path.Combine(Root, "dead", DirectoryRecord.FileName), text);
            LeftoverSweep.Run(Root, Logger.None);

            var found = LeftoverScan.All(Root, Ct);

            Assert.Equal([("dead", LeftoverKind.Unclear), ("live", LeftoverKind.Unclear)], found.Select(f => (f.Id, f.Kind)));
            foreach (var leftover in found)
            {
                Assert.False(await LeftoverRemoval.RunAsync(Root, leftover, Ct));
            }
        }

        Assert.False(machine.HasExited);
    }

    [Fact(Timeout = 30_000)]
    public void Dead_directories_are_swept_and_nothing_else()
    {
        VmDirectory.Create(Root, "dead").Dispose();
        Directory.CreateDirectory(Path.Combine(Root, "never-recorded"), Private);
        VmDirectory.Create(Root, "power-cut").Dispose();
        File.WriteAllText(Path.Combine(Root, "power-cut", DirectoryRecord.FileName), "");
        VmDirectory.Create(Root, "filled").Dispose();
        File.WriteAllText(Path.Combine(Root, "filled", "thesis.txt"), "x");
        VmDirectory.Create(Root, "with-directory").Dispose();
        Directory.CreateDirectory(Path.Combine(Root, "with-directory", "qmp"), Private);
        Directory.CreateDirectory(Path.Combine(Root, "open-to-others"), Private);
        File.SetUnixFileMode(Path.Combine(Root, "open-to-others"), Private | UnixFileMode.OtherWrite);
        Directory.CreateDirectory(Path.Combine(Root, ".not-an-id"), Private);
        File.WriteAllText(Path.Combine(Root, "a-file"), "x");
        Directory.CreateDirectory(_temp["elsewhere"], Private);
        Directory.CreateSymbolicLink(Path.Combine(Root, "a-link"), _temp["elsewhere"]);
        using var held = VmDirectory.Create(Root, "held");
        Assert.Equal(
            ["dead Dead", "filled Unclear", "never-recorded Dead", "power-cut Dead", "with-directory Unclear"],
            LeftoverScan.All(Root, Ct).Select(f => $"{f.Id} {f.Kind}"));

        LeftoverSweep.Run(Root, Logger.None);

        Assert.Equal(
            [".not-an-id", "a-file", "a-link", "filled", "held", "open-to-others", "with-directory"],
            Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public void Another_users_directory_is_neither_told_nor_swept()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can give a directory away");
        VmDirectory.Create(Root, "theirs").Dispose();
        using var chown = System.Diagnostics.Process.Start("chown", ["1", Path.Combine(Root, "theirs")]);
        chown.WaitForExit();

        Assert.Empty(LeftoverScan.All(Root, Ct));
        LeftoverSweep.Run(Root, Logger.None);
        Assert.True(Directory.Exists(Path.Combine(Root, "theirs")));
    }

    [Fact(Timeout = 30_000)]
    public void A_search_makes_no_root() => Assert.Equal((0, false), (LeftoverScan.All(Root, Ct).Length, Directory.Exists(Root)));

    // Without the root's lock a sweep takes what was just made, and a start finds "in use" what is just being swept.
    [Fact(Timeout = 60_000)]
    public async Task Starts_and_sweeps_at_once_do_not_disturb_one_another()
    {
        var over = false;
        var sweeper = Task.Run(() =>
        {
            while (!Volatile.Read(ref over))
            {
                LeftoverSweep.Run(Root, Logger.None);
            }
        }, Ct);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 400; i++)
            {
                // Left without being removed, as by a host that dies, and taken again at once.
                var directory = VmDirectory.Create(Root, $"vm-{worker}");
                Assert.True(File.Exists(Path.Combine(directory.Path, DirectoryRecord.FileName)));
                directory.Dispose();
            }
        }, Ct)));
        Volatile.Write(ref over, true);
        await sweeper;

        LeftoverSweep.Run(Root, Logger.None);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    // A process that is over, known by everything that a living one would be known by.
    private static ProcessIdentity Dead()
    {
        using var sleeper = new Sleeper("/", []);
        return sleeper.Identity;
    }

    private Sleeper Machine(string id, ProcessIdentity host, WhenProcessDies dies)
    {
        using var directory = VmDirectory.Create(Root, id, dies);
        var machine = Sleep(directory.Path, [directory.Handle]);
        directory.Write(DirectoryRecord.Of(id, dies, host) with { Machine = machine.Identity });
        return machine;
    }

    private void Write(string id, DirectoryRecord record)
    {
        using var directory = VmDirectory.Open(Path.Combine(Root, id))!;
        directory.Write(record);
    }

    private Sleeper Sleep(string directory, SafeFileHandle[] descriptors)
    {
        var sleeper = new Sleeper(directory, descriptors);
        _sleepers.Add(sleeper);
        return sleeper;
    }

    private sealed class Sleeper : IDisposable
    {
        private readonly ProcessHandle _process;

        public Sleeper(string directory, SafeFileHandle[] descriptors)
        {
            using var words = LastWords.Create();
            using var home = Libc.open(directory, Libc.OpenDirectory | Libc.OpenCloseOnExec);
            _process = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
            {
                Program = "/bin/sleep", Arguments = ["1000"], WorkingDirectory = home, Output = words.File, Descriptors = descriptors,
            }));
        }

        public ProcessIdentity Identity => _process.Identity;

        public bool HasExited => _process.HasExited;

        public void Dispose()
        {
            if (!_process.Descriptor.IsClosed)
            {
                _process.KillAndReap();
                _process.Dispose();
            }
        }
    }
}
