using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;

namespace Rx.Vm.Tests.Qemu;

/// <summary>
/// The driver with a real QEMU. The guest only halts; everything about the process, its confinement, sockets and end is real.
/// </summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public sealed class QemuDriverRealVmTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly QemuDriver _driver;
    private readonly string _root;

    public QemuDriverRealVmTests()
    {
        _root = _temp["run"];
        _driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"] });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Driver_Start_is_confined_and_has_only_the_listed_descriptors()
    {
        await using var machine = await _driver.StartAsync(Spec("vm"), Token);

        var confinement = Assert.IsType<Confinement>(machine.Confinement);
        Assert.Equal(2, confinement.SeccompMode);
        Assert.True(confinement.NoNewPrivileges);
        Assert.Equal(0ul, confinement.EffectiveCapabilities);
        Assert.False(confinement.HardwareIsolation);
        Assert.Matches(@"^qemu \d+\.\d+\.\d+ pid \d+ \(tcg, q35\)$", machine.Description);
        var pid = machine.Identity!.Pid;
        var foreign = Descriptors(pid).Where(target => !IsExpected(target)).ToArray();
        Assert.Equal(2, foreign.Length);
        Assert.All(foreign, target => Assert.StartsWith("pipe:", target, StringComparison.Ordinal));
        Assert.Equal("/dev/null", Descriptors(pid, 0));
        Assert.StartsWith("/memfd:rxvm-words", Descriptors(pid, 1), StringComparison.Ordinal);
        Assert.Equal(Descriptors(pid, 1), Descriptors(pid, 2));
        Assert.Equal(Path.Combine(_root, "vm"), File.ResolveLinkTarget($"/proc/{pid}/cwd", false)!.FullName);
    }

    [Fact]
    public async Task Driver_Start_hands_out_an_unread_monitor_and_quit_ends_with_code_0()
    {
        await using var machine = await _driver.StartAsync(Spec("vm"), Token);

        Assert.StartsWith("""{"QMP":""", await ReadLine(machine.Qmp), StringComparison.Ordinal);
        await Command(machine, "qmp_capabilities", "{}");
        await machine.Qmp.WriteAsync("""{"execute":"quit"}"""u8.ToArray(), Token);

        Assert.Equal(MachineExit.WithCode(0), await machine.Exited.WaitAsync(Token));
    }

    [Fact]
    public async Task Driver_Dispose_leaves_no_process_directory_or_socket()
    {
        var machine = await _driver.StartAsync(Spec("vm"), Token);
        var identity = machine.Identity!;
        Assert.True(Directory.Exists(Path.Combine(_root, "vm")));

        await machine.DisposeAsync();
        await machine.DisposeAsync();

        Assert.Null(ProcessHandle.OfRecord(identity));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
        machine.Kill();
    }

    [Fact]
    public async Task Driver_A_bad_option_is_reported_with_the_last_words_and_leaves_nothing()
    {
        var emulator = Script("exec qemu-system-x86_64 \"$@\" -machine nope");
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], Emulator = emulator });

        var error = await Assert.ThrowsAsync<MachineStartException>(async () => await driver.StartAsync(Spec("vm"), Token));

        Assert.Equal(MachineStartFailure.DiedAtStart, error.Cause);
        Assert.Equal(1, error.Exit!.Code);
        Assert.Contains("machine type", error.LastWords, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task Driver_A_device_refused_after_the_greeting_still_fails_the_start()
    {
        var emulator = Script("exec qemu-system-x86_64 \"$@\" -device '{\"driver\":\"virtio-net-pci\",\"nosuch\":1}'");
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], Emulator = emulator });

        var error = await Assert.ThrowsAsync<MachineStartException>(async () => await driver.StartAsync(Spec("vm"), Token));

        Assert.Equal(MachineStartFailure.DiedAtStart, error.Cause);
        Assert.Contains("nosuch", error.LastWords, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    /// <summary>It answers through a child, once it has been reaped: nothing of it is left to be read.</summary>
    [Fact]
    public async Task Driver_An_emulator_that_ended_right_after_its_answer_died_at_its_start()
    {
        var emulator = Script($$$"""
            (while kill -0 $$ 2>/dev/null; do :; done; printf '{"QMP":{}}\n{"return":{}}\n' >&{{{QemuCommandLine.GateDescriptor}}}) &
            echo gone; exit 3
            """);
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], Emulator = emulator });

        var error = await Assert.ThrowsAsync<MachineStartException>(async () => await driver.StartAsync(Spec("vm"), Token));

        Assert.Equal((MachineStartFailure.DiedAtStart, 3, "gone"), (error.Cause, error.Exit?.Code, error.LastWords));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task Driver_A_killed_machine_ends_its_streams_and_its_exit_says_signal_9()
    {
        await using var machine = await _driver.StartAsync(Spec("vm"), Token);
        using var handle = ProcessHandle.OfRecord(machine.Identity!)!;
        handle.Signal(19);

        machine.Kill();

        var exit = await machine.Exited.WaitAsync(Token);
        Assert.Equal((MachineExitKind.Signalled, 9), (exit.Kind, exit.Signal));
        while (await Ended(machine.Qmp) is false)
        {
        }
    }

    [Fact]
    public async Task Driver_A_second_start_of_a_running_id_is_refused_and_harmless()
    {
        await using var first = await _driver.StartAsync(Spec("vm"), Token);

        var error = await Assert.ThrowsAsync<MachineStartException>(async () => await _driver.StartAsync(Spec("vm"), Token));

        Assert.Equal(MachineStartFailure.Directory, error.Cause);
        Assert.Contains("already runs", error.Message, StringComparison.Ordinal);
        Assert.False(first.Exited.IsCompleted);
        Assert.StartsWith("""{"QMP":""", await ReadLine(first.Qmp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Driver_A_cancelled_start_leaves_nothing()
    {
        var emulator = Script("kill -STOP $$; exec qemu-system-x86_64 \"$@\"");
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], Emulator = emulator });
        using var cancel = new CancellationTokenSource();
        var start = driver.StartAsync(Spec("vm"), cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task Driver_An_unconfined_emulator_is_refused_unless_allowed()
    {
        // A front that drops the sandbox option: what a distribution's build without seccomp would amount to.
        var emulator = Script("n=$#; while [ $n -gt 0 ]; do a=$1; shift; n=$((n-1)); if [ \"$a\" = -sandbox ]; then shift; n=$((n-1)); "
            + "else set -- \"$@\" \"$a\"; fi; done; exec qemu-system-x86_64 \"$@\"");
        var options = new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], Emulator = emulator };

        var error = await Assert.ThrowsAsync<MachineStartException>(
            async () => await new QemuDriver(options).StartAsync(Spec("vm"), Token));
        await using var machine = await new QemuDriver(options with { AllowUnconfined = true }).StartAsync(Spec("vm"), Token);

        Assert.Equal(MachineStartFailure.Confinement, error.Cause);
        Assert.Equal(0, machine.Confinement!.SeccompMode);
    }

    [Fact]
    public async Task Driver_A_named_user_is_whom_the_emulator_runs_as()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can run it as someone else");
        File.SetUnixFileMode(
            _temp.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var options = new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], RunAs = new QemuUser(65534, 65534) };

        await using var machine = await new QemuDriver(options).StartAsync(Spec("vm"), Token);

        var confinement = machine.Confinement!;
        Assert.Equal((65534u, 0ul, 2), (confinement.Uid, confinement.EffectiveCapabilities, confinement.SeccompMode));
        machine.Kill();
        Assert.Equal(9, (await machine.Exited.WaitAsync(Token)).Signal);
    }

    [Fact]
    public async Task Driver_Machines_of_a_root_host_run_as_users_of_their_own_and_boot_what_only_root_can_read()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can run it as someone else");
        File.SetUnixFileMode(_temp.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var spec = Spec("one");
        File.SetUnixFileMode(spec.KernelPath, UnixFileMode.UserRead);

        await using var one = await _driver.StartAsync(spec, Token);
        await using var two = await _driver.StartAsync(spec with { Id = "two" }, Token);

        var users = new[] { one, two }.Select(machine => machine.Confinement!).ToArray();
        Assert.All(users, c => Assert.InRange(c.Uid, QemuUserRange.Default.First, QemuUserRange.Default.First + 65_535));
        Assert.NotEqual(users[0].Uid, users[1].Uid);
        Assert.All(users, c => Assert.Equal((0ul, 2, true), (c.EffectiveCapabilities, c.SeccompMode, c.NoNewPrivileges)));
        var status = await File.ReadAllLinesAsync($"/proc/{one.Identity!.Pid}/status", Token);
        Assert.Equal($"Gid:{string.Concat(Enumerable.Repeat($"\t{users[0].Uid}", 4))}", status.Single(l => l.StartsWith("Gid:", StringComparison.Ordinal)));
        Assert.Equal("Groups:", status.Single(l => l.StartsWith("Groups:", StringComparison.Ordinal)).Trim());
        Assert.StartsWith("""{"QMP":""", await ReadLine(two.Qmp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Driver_The_user_of_a_machine_is_free_again_when_its_process_has_gone()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can run it as someone else");
        var options = new QemuDriverOptions
        {
            RuntimeRoot = _root, CacheDirectory = _temp["cache"], UserRange = new QemuUserRange(1_800_000_000, 1),
        };
        var driver = new QemuDriver(options);
        var first = await driver.StartAsync(Spec("one"), Token);

        var error = await Assert.ThrowsAsync<MachineStartException>(async () => await driver.StartAsync(Spec("two"), Token));
        await first.DisposeAsync();
        await using var third = await driver.StartAsync(Spec("three"), Token);

        Assert.Contains("all 1 users", error.Message, StringComparison.Ordinal);
        Assert.Equal(1_800_000_000u, third.Confinement!.Uid);
    }

    [Fact]
    public async Task Driver_A_machine_that_must_be_isolated_is_refused_where_only_translation_is_left()
    {
        Assert.SkipWhen(AcceleratorProbe.Decide(Accelerator.Auto, AcceleratorProbe.Gather()).IsHardware, "this host has the hardware");

        foreach (var wish in new[] { Accelerator.Auto, Accelerator.Tcg })
        {
            var spec = Spec("vm") with { RequireIsolation = true, Accelerator = wish };
            var error = await Assert.ThrowsAsync<MachineStartException>(async () => await _driver.StartAsync(spec, Token));

            Assert.Equal(MachineStartFailure.Isolation, error.Cause);
            Assert.Contains("isolated by hardware", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.Exists(_root) ? Directory.EnumerateFileSystemEntries(_root) : []);
    }

    // Both have the same limit and never say a word; which of them is stuck shows in their processor time.
    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guest_that_works_gets_five_times_the_limit_and_one_that_has_stopped_does_not(bool spins)
    {
        var (kernel, initrd) = TinyKernel.Write(_temp.Path, spins: spins);
        await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = _driver, Images = new() { Directory = _temp["cache"] } }, Token);

        var vm = host.Start(new VmOptions
        {
            Memory = 96.MiB(), KernelPath = kernel, InitrdPath = initrd,
            Timeouts = new VmTimeouts { Boot = TimeSpan.FromSeconds(2.5), QmpGreeting = TimeSpan.FromMinutes(1) },
        });
        var last = await vm.Completion.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(VmReason.BootTimedOut, last.Reason);
        var busy = vm.Journal.Snapshot().Entries.Count(e => e.Event.Kind == VmEventKind.DeadlineBusy);
        if (spins)
        {
            Assert.Equal(Deadline.MaxExtensions, busy);
        }
        else
        {
            // The emulator's own start is work, on a busy host for more than one limit.
            Assert.InRange(busy, 0, Deadline.MaxExtensions - 1);
        }
    }

    [Fact]
    public async Task Driver_A_machine_tells_the_processor_time_of_its_process_until_it_has_gone()
    {
        await using var machine = await _driver.StartAsync(Spec("vm"), Token);

        Assert.InRange(machine.ProcessorTime!.Value, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        machine.Kill();
        await machine.Exited.WaitAsync(Token);
        Assert.Null(machine.ProcessorTime);
    }

    [Fact]
    public async Task Driver_Attach_finds_a_detached_machine_by_its_record_and_its_end_later()
    {
        var first = await _driver.StartAsync(Spec("vm"), Token);
        var record = first.Record!;
        await first.DetachAsync();
        await first.DisposeAsync();

        await using var second = Assert.IsType<IMachine>(await _driver.AttachAsync(record, Token), exactMatch: false);
        Assert.StartsWith("""{"QMP":""", await ReadLine(second.Qmp), StringComparison.Ordinal);
        Assert.Equal(record, second.Record);
        second.Kill();

        // Both see it: the first as the parent, the second as a stranger.
        Assert.Equal(9, (await first.Exited.WaitAsync(Token)).Signal);
        Assert.Equal(9, (await second.Exited.WaitAsync(Token)).Signal);
    }

    [Fact]
    public async Task Driver_Attach_to_a_dead_machine_is_null_and_removes_its_directory()
    {
        var machine = await _driver.StartAsync(Spec("vm"), Token);
        var record = machine.Record!;
        await machine.DetachAsync();
        machine.Kill();
        await machine.Exited.WaitAsync(Token);
        Assert.True(File.Exists(Path.Combine(_root, "vm", "qmp.sock")));

        Assert.Null(await _driver.AttachAsync(record, Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task Driver_A_directory_left_by_a_dead_machine_is_taken_over()
    {
        var machine = await _driver.StartAsync(Spec("vm"), Token);
        await machine.DetachAsync();
        machine.Kill();
        await machine.Exited.WaitAsync(Token);

        await using var next = await _driver.StartAsync(Spec("vm"), Token);

        Assert.StartsWith("""{"QMP":""", await ReadLine(next.Qmp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Driver_A_directory_of_another_machine_with_the_same_name_survives_a_stale_record()
    {
        var old = await _driver.StartAsync(Spec("vm"), Token);
        var record = old.Record!;
        await old.DisposeAsync();
        await using var current = await _driver.StartAsync(Spec("vm"), Token);

        Assert.Null(await _driver.AttachAsync(record, Token));

        Assert.True(File.Exists(Path.Combine(_root, "vm", "qmp.sock")));
    }

    [Theory]
    [InlineData("k,readonly=on")]
    [InlineData("k=1:json:{}")]
    [InlineData("k%s $HOME \"x\"")]
    public async Task Driver_Commas_and_the_like_in_paths_stay_paths(string name)
    {
        var (kernel, initrd) = TinyKernel.Write(_temp.Path, name);
        var memory = _temp[name + ".ram"];
        var spec = Spec("vm") with
        {
            KernelPath = kernel,
            InitrdPath = initrd,
            Memory = new MachineMemory(memory, MachineMemoryRole.Template),
        };
        var driver = new QemuDriver(
            new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"], UserRange = QemuUserRange.None });
        await using var machine = await driver.StartAsync(spec, Token);

        Assert.Equal(64 << 20, new FileInfo(memory).Length);
    }

    [Theory]
    [InlineData(107)]
    [InlineData(108)]
    [InlineData(200)]
    public async Task Driver_Socket_paths_of_any_length_work(int length)
    {
        var root = Path.Combine(_temp.Path, new string('r', length - _temp.Path.Length - "/vm/console.sock".Length - 1));
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = root, CacheDirectory = _temp["cache"] });

        await using var machine = await driver.StartAsync(Spec("vm"), Token);

        Assert.Equal(length, Path.Combine(root, "vm", "console.sock").Length);
        Assert.StartsWith("""{"QMP":""", await ReadLine(machine.Qmp), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hotplug_Add_fills_every_slot_of_a_real_machine_and_a_half_done_add_is_undone()
    {
        await using var machine = await _driver.StartAsync(Spec("vm") with { NicSlots = NicHotplug.Slots }, Token);
        await ReadLine(machine.Qmp);
        await Command(machine, "qmp_capabilities", "{}");
        var image = _temp["disk,readonly=off:json:{}"];
        await File.WriteAllBytesAsync(image, new byte[64 * 1024], Token);
        var first = DiskHotplug.Add(0, image, "rx-0", readOnly: true)[0];
        await Command(machine, first.Execute, first.Arguments);
        await Command(machine, first.Undo!.Execute, first.Undo.Arguments);
        for (var slot = 0; slot < DiskHotplug.Slots; slot++)
        {
            await Run(machine, DiskHotplug.Add(slot, image, $"rx-{slot}", readOnly: true));
        }

        for (var slot = 0; slot < NicHotplug.Slots; slot++)
        {
            var backend = new System.Text.Json.Nodes.JsonObject { ["type"] = "user", ["restrict"] = true };
            await Run(machine, NicHotplug.Add(slot, $"52:54:00:00:00:0{slot}", backend));
        }

        var blocks = (await Command(machine, "query-block", "{}")).GetProperty("return");
        Assert.Equal(DiskHotplug.Slots, blocks.GetArrayLength());
        Assert.All(blocks.EnumerateArray(), block =>
        {
            Assert.True(block.GetProperty("inserted").GetProperty("ro").GetBoolean());
            Assert.Equal(image, block.GetProperty("inserted").GetProperty("file").GetString());
        });
    }

    [Fact]
    public async Task Doctor_Finds_nothing_fatal_where_machines_start()
    {
        var options = new QemuDriverOptions { RuntimeRoot = _root, CacheDirectory = _temp["cache"] };

        var items = await MachineDoctor.ExamineAsync(options, Token);

        Assert.DoesNotContain(items, i => i.Verdict == DoctorVerdict.Fatal);
        Assert.Contains(items, i => i.Name == "confinement" && i.Detail.Contains("seccomp filter", StringComparison.Ordinal));
    }

    private static async Task Run(IMachine machine, IEnumerable<HotplugStep> steps)
    {
        foreach (var step in steps)
        {
            Assert.Equal(step.Execute, step.ToCommand().Name);
            await Command(machine, step.Execute, step.Arguments, step.AwaitDeleted);
        }
    }

    private static async Task<JsonElement> Command(IMachine machine, string execute, string arguments, string? deleted = null)
    {
        await machine.Qmp.WriteAsync(Encoding.UTF8.GetBytes($$"""{"execute":"{{execute}}","arguments":{{arguments}}}"""), Token);
        JsonElement? reply = null;
        while (reply is null || deleted is not null)
        {
            var message = JsonSerializer.Deserialize<JsonElement>(await ReadLine(machine.Qmp));
            Assert.False(message.TryGetProperty("error", out var error), $"{execute} {arguments}: {error}");
            if (message.TryGetProperty("return", out _))
            {
                reply = message;
            }
            else if (deleted is not null && message.GetProperty("event").GetString() == "DEVICE_DELETED"
                && message.GetProperty("data").TryGetProperty("device", out var device) && device.GetString() == deleted)
            {
                deleted = null;
            }
        }

        return reply.Value;
    }

    private static async Task<string> ReadLine(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, Token) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    [SuppressMessage("Reliability", "CA2022", Justification = "Any count tells whether the stream has ended.")]
    private static async Task<bool> Ended(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[4096], Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private MachineSpec Spec(string id)
    {
        var (kernel, initrd) = TinyKernel.Write(_temp.Path);
        return new MachineSpec { Id = id, MemoryMiB = 64, KernelPath = kernel, InitrdPath = initrd, Accelerator = Accelerator.Tcg };
    }

    private string Script(string body)
    {
        var path = _temp["emulator"];
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(
            path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return path;
    }

    private static IEnumerable<string> Descriptors(int pid) =>
        Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "gone");

    private static string Descriptors(int pid, int number) => new FileInfo($"/proc/{pid}/fd/{number}").LinkTarget!;

    // What QEMU opens by itself: event, timer and signal descriptors, and the firmware for a moment.
    private bool IsExpected(string target) =>
        target.StartsWith("anon_inode:", StringComparison.Ordinal) || target.StartsWith("socket:", StringComparison.Ordinal)
        || target is "/dev/null" or "gone" || target.StartsWith("/memfd:rxvm-words", StringComparison.Ordinal)
        || target == Path.Combine(_root, "vm") || target.StartsWith(_root + ".locks/uid-", StringComparison.Ordinal)
        || target == _temp["kernel"] || target == _temp["kernel.initrd"];
}
