using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Qemu.Processes;

/// <summary>Spawning, holding and watching with harmless programs.</summary>
public sealed class ProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exit 0", MachineExitKind.Exited, 0, 0)]
    [InlineData("exit 7", MachineExitKind.Exited, 7, 0)]
    [InlineData("exit 255", MachineExitKind.Exited, 255, 0)]
    [InlineData("kill -TERM $$", MachineExitKind.Signalled, 0, 15)]
    [InlineData("kill -SEGV $$", MachineExitKind.Signalled, 0, 11)]
    [InlineData("kill -SYS $$", MachineExitKind.Signalled, 0, 31)]
    public async Task Child_End_is_seen_with_its_status(string script, MachineExitKind kind, int code, int signal)
    {
        using var child = new Child($"echo said; {script}");

        Assert.Equal(new MachineExit(kind, code, signal, "said"), await child.Exited.WaitAsync(Token));
    }

    [Fact]
    public void Child_A_program_that_is_not_there_fails_at_once()
    {
        using var words = LastWords.Create();
        using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);

        var error = Assert.Throws<SpawnException>(() => Spawn.Start(new SpawnRequest
        {
            Program = "/no/such/program", Arguments = [], WorkingDirectory = root, Output = words.File,
        }));

        Assert.Equal(Libc.NoSuchFile, error.Error);
        Assert.Contains("/no/such/program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Child_Has_the_listed_descriptors_an_empty_mask_default_signals_and_a_session_of_its_own()
    {
        using var extra = File.OpenHandle("/dev/zero");
        using var child = new Child("env; kill -STOP $$", extra, extra);
        var pid = child.Handle.Identity.Pid;
        while (ProcFs.Stat(pid)!.Value.State != 'T')
        {
            await Task.Yield();
        }

        var descriptors = Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Order(StringComparer.Ordinal)
            .Select(entry => $"{Path.GetFileName(entry)} {new FileInfo(entry).LinkTarget}");
        string[] expected = ["0 /dev/null", "1 /memfd:rxvm-words (deleted)", "2 /memfd:rxvm-words (deleted)", "3 /dev/zero", "4 /dev/zero"];
        Assert.Equal(expected, descriptors);
        var status = File.ReadAllLines($"/proc/{pid}/status");
        Assert.Contains("SigBlk:\t0000000000000000", status);

        // 32 and 33 are the C library's own: its posix_spawn ignores them in the child, which undoes that itself.
        var ignored = Convert.ToUInt64(Assert.Single(status, l => l.StartsWith("SigIgn", StringComparison.Ordinal))[8..], 16);
        Assert.Equal(0ul, ignored & ~0x1_8000_0000ul);
        Assert.Equal("/", new FileInfo($"/proc/{pid}/cwd").LinkTarget);
        Assert.StartsWith(
            $"{pid} (sh) T {Environment.ProcessId} {pid} {pid} ", File.ReadAllText($"/proc/{pid}/stat"), StringComparison.Ordinal);
        var environment = child.Words.Read().Split('\n');
        Assert.Contains("LC_ALL=C", environment);
        Assert.DoesNotContain(environment, l => l.Split('=')[0] is "HOME" or "USER" or "DOTNET_ROOT");
        child.Handle.Signal(Libc.SigKill);
        await child.Exited.WaitAsync(Token);
    }

    [Fact]
    public async Task Child_A_stopped_one_can_be_killed()
    {
        using var child = new Child("exec sleep 1000");
        child.Handle.Signal(19);

        child.Handle.Signal(Libc.SigKill);

        Assert.Equal(9, (await child.Exited.WaitAsync(Token)).Signal);
        child.Handle.Signal(Libc.SigKill);
        Assert.True(child.Handle.HasExited);
    }

    [Fact]
    public async Task Watcher_Sees_fifty_children_end_each_with_its_own_code()
    {
        var children = Enumerable.Range(0, 50).Select(i => new Child($"exit {i}")).ToArray();

        var exits = await Task.WhenAll(children.Select(c => c.Exited)).WaitAsync(Token);

        Assert.Equal(Enumerable.Range(0, 50), exits.Select(e => e.Code));
        foreach (var child in children)
        {
            child.Dispose();
        }
    }

    [Fact]
    public async Task Watcher_Has_one_thread_however_many_it_watches()
    {
        var children = Enumerable.Range(0, 20).Select(static _ => new Child("exec sleep 1000")).ToArray();

        var names = Directory.EnumerateDirectories("/proc/self/task").Select(t => ProcFs.ReadSmall(Path.Combine(t, "comm"))?.Trim());
        Assert.Single(names, "rxvm exits");
        foreach (var child in children)
        {
            child.Handle.Signal(Libc.SigKill);
            await child.Exited.WaitAsync(Token);
            child.Dispose();
        }
    }

    [Fact]
    public async Task Identity_Finds_the_process_until_it_has_ended()
    {
        using var child = new Child("exec sleep 1000");
        var identity = child.Handle.Identity;

        using (var again = ProcessHandle.OfRecord(identity))
        {
            Assert.NotNull(again);
            Assert.Equal(identity, again.Identity);
        }

        child.Handle.Signal(Libc.SigKill);
        await child.Exited.WaitAsync(Token);
        Assert.Null(ProcessHandle.OfRecord(identity));
    }

    [Fact]
    public async Task Identity_Any_difference_means_another_process()
    {
        using var child = new Child("exec sleep 1000");
        var identity = child.Handle.Identity;
        Assert.NotEqual(0ul, identity.PidfsInode);

        Assert.Null(ProcessHandle.OfRecord(identity with { PidfsInode = identity.PidfsInode + 1 }));
        Assert.Null(ProcessHandle.OfRecord(identity with { BootId = "other" }));
        Assert.Null(ProcessHandle.OfRecord(identity with { Pid = Environment.ProcessId }));
        Assert.Null(ProcessHandle.OfRecord(identity with { Pid = 0 }));

        // The weaker check, when one of both kernels had no pidfs.
        var old = new ProcessFeatures(false, false);
        using var weak = ProcessHandle.OfRecord(identity, old);
        Assert.Equal(0ul, weak!.Identity.PidfsInode);
        Assert.Null(ProcessHandle.OfRecord(identity with { StartTicks = identity.StartTicks + 1 }, old));
        child.Handle.Signal(Libc.SigKill);
        await child.Exited.WaitAsync(Token);
    }

    [Theory]
    [InlineData(Libc.NoSuchProcess, true)]
    [InlineData(Libc.Invalid, true)]
    [InlineData(23, false)]
    [InlineData(24, false)]
    [InlineData(12, false)]
    [InlineData(Libc.NotPermitted, false)]
    [InlineData(Libc.NoSuchCall, false)]
    public void Identity_Only_a_process_that_is_not_there_is_gone(int error, bool isGone) => Assert.Equal(isGone, ProcessHandle.IsGone(error));

    [Theory]
    [InlineData("exit 7", MachineExitKind.Exited, 7)]
    [InlineData("kill -KILL $$", MachineExitKind.Signalled, 9)]
    public async Task Stranger_Its_exit_status_is_known_too(string script, MachineExitKind kind, int number)
    {
        // The grandchild is no child of ours: it is reaped by its own parent, or by pid 1.
        using var parent = new Child($"sh -c 'echo $$; read x < /proc/self/fd/3; {script}' & wait", await Fifo());
        while (parent.Words.Read().Length == 0)
        {
            await Task.Yield();
        }

        var pid = int.Parse(parent.Words.Read(), System.Globalization.CultureInfo.InvariantCulture);
        using var stranger = ProcessHandle.OfRecord(new ProcessIdentity(pid, 0, ProcFs.Stat(pid)!.Value.StartTicks, ProcFs.BootId))!;
        var exited = new TaskCompletionSource<MachineExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        ProcessWatcher.Shared.Watch(stranger.Descriptor, () => exited.SetResult(stranger.Collect("")));
        File.WriteAllText(_fifo!, "go\n");

        var exit = await exited.Task.WaitAsync(Token);

        Assert.Equal((kind, number), (exit.Kind, exit.Code + exit.Signal));
        await parent.Exited.WaitAsync(Token);
        File.Delete(_fifo!);
    }

    [Fact]
    public void Stat_Is_read_behind_a_hostile_command_name()
    {
        var fields = string.Join(' ', Enumerable.Range(4, 49));
        Assert.Equal(new ProcStat('Z', 22, 52, 14 + 15, false), ProcFs.ParseStat($"12 (a) R 1 (b) Z {fields}\n"));
        Assert.True(ProcFs.ParseStat($"12 (a) S {fields.Replace(" 9 ", $" {0x400100 | 4} ", StringComparison.Ordinal)}")!.Value.IsEnding);
        Assert.Null(ProcFs.ParseStat("12 (a"));
        Assert.Null(ProcFs.ParseStat("12 (a) R 1 2"));
        Assert.Null(ProcFs.Stat(int.MaxValue));
    }

    [Fact]
    public void Confinement_Is_read_from_status_or_unknown()
    {
        const string status = "Name:\tq\nUid:\t1\t65534\t3\t4\n"
            + "CapEff:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t9\n";

        Assert.Equal(new Confinement(2, true, 0xa80425fb, 65534, false), ProcFs.ParseConfinement(status, hardware: false));
        Assert.Null(ProcFs.ParseConfinement("Name:\tq\nUid:\t1\n", hardware: false));
        Assert.Equal(ProcFs.Confinement(Environment.ProcessId, false)!.Uid, Libc.geteuid());
    }

    private string? _fifo;

    private async Task<SafeFileHandle> Fifo()
    {
        _fifo = Path.Combine(Path.GetTempPath(), $"rxvm-{Guid.NewGuid():N}");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [_fifo]))
        {
            await make.WaitForExitAsync(Token);
        }

        // Read and write: opening waits for nobody and the reader never sees an end.
        return File.OpenHandle(_fifo, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>A shell that runs one script and is watched.</summary>
    private sealed class Child : IDisposable
    {
        private readonly TaskCompletionSource<MachineExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Child(string script, params SafeHandle[] descriptors)
        {
            using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);
            Handle = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
            {
                Program = "/bin/sh", Arguments = ["-c", script], WorkingDirectory = root, Output = Words.File, Descriptors = descriptors,
            }));
            ProcessWatcher.Shared.Watch(Handle.Descriptor, () => _exited.SetResult(Handle.Collect(Words.Read())));
        }

        public LastWords Words { get; } = LastWords.Create();

        public ProcessHandle Handle { get; }

        public Task<MachineExit> Exited => _exited.Task;

        public void Dispose()
        {
            Handle.Signal(Libc.SigKill);
            Handle.Dispose();
            Words.Dispose();
        }
    }
}
