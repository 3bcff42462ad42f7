using Rx.Vm.Native;
using Rx.Vm.Qemu;
using Rx.Vm.Qemu.Processes;
using Rx.Vm.Tests.Qemu;

// The token of the timeout is Ct, which every wait that can take one takes.
#pragma warning disable xUnit1069

namespace Rx.Vm.Tests.Endings;

/// <summary>
/// Hosts in processes of their own that end without disposing anything, each time in another way and at another moment: no machine may be
/// left that was not to be kept, and nothing may be swept or killed whose host lives.
/// </summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public sealed class EndingTests : IDisposable
{
    private const int Limit = 120_000;
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData(Ending.Return)]
    [InlineData(Ending.Hangup)]
    [InlineData(Ending.Interrupt)]
    [InlineData(Ending.Quit)]
    [InlineData(Ending.Kill)]
    [InlineData(Ending.Terminate)]
    [InlineData(Ending.Crash)]
    public async Task A_host_that_ends_in_any_way_leaves_no_machine(Ending ending)
    {
        using var host = HostProcess.Start(Order() with { Ending = ending, Machines = 2 });
        Assert.True(await host.HearAsync(HostProgram.Ready, Ct), await Errors(host));

        await EndAsync(host, ending);

        await host.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
    }

    [Fact(Timeout = Limit)]
    public async Task Stopped_machines_end_with_their_host_too()
    {
        using var host = HostProcess.Start(Order() with { Machines = 5 });
        Assert.True(await host.HearAsync(HostProgram.Ready, Ct), await Errors(host));
        var machines = host.Machines();
        Assert.Equal(5, machines.Count);
        Assert.All(machines, pid => Assert.Equal(0, Libc.kill(pid, 19)));

        await EndAsync(host, Ending.Kill);

        await host.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
    }

    [Fact(Timeout = Limit)]
    public async Task A_host_killed_at_any_moment_of_a_start_leaves_no_machine()
    {
        const int seed = 20150915;
        var random = new Random(seed);
        for (var round = 0; round < 12; round++)
        {
            using var host = HostProcess.Start(Order() with { Machines = 3 });
            Assert.True(await host.HearAsync(HostProgram.Starting, Ct), await Errors(host));

            // A first start takes some 300 ms here, most of it before the process; microseconds matter behind it.
            var turns = random.Next(0, 1 << random.Next(0, 21));
            for (var i = 0; i < turns; i++)
            {
                Thread.SpinWait(20);
            }

            await EndAsync(host, Ending.Kill);

            await host.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
        }
    }

    // The emulator's stand-in kills the host before it becomes the emulator: the machine is not registered by then, or just so.
    [Fact(Timeout = Limit)]
    public async Task A_host_killed_between_spawn_and_registration_leaves_no_machine()
    {
        var emulator = Script("kill -9 $PPID; exec qemu-system-x86_64 \"$@\"");
        for (var round = 0; round < 5; round++)
        {
            using var host = HostProcess.Start(Order() with { Emulator = emulator });

            await host.EndedAsync(Ct);

            await host.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_that_was_never_tied_ends_at_its_gate()
    {
        using var words = LastWords.Create();
        using var root = Libc.open("/", Libc.OpenDirectory | Libc.OpenCloseOnExec);
        var gate = StartGate.Create();
        var emulator = EmulatorLocator.Find(new QemuDriverOptions())!;
        using var process = ProcessHandle.OfChild(Spawn.Start(new SpawnRequest
        {
            Program = emulator, Arguments = QemuCommandLine.BuildTrial(), WorkingDirectory = root, Output = words.File,
            Descriptors = [gate.MonitorEnd, gate.OptionsEnd],
        }));
        var ended = new TaskCompletionSource<MachineExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        ProcessWatcher.Shared.Watch(process.Descriptor, () => ended.TrySetResult(process.Collect(words.Read())));

        gate.Dispose();

        var exit = await ended.Task.WaitAsync(Shortly, Ct);
        Assert.Equal((MachineExitKind.Exited, 1), (exit.Kind, exit.Code));
        Assert.Contains("gate", exit.LastWords, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_of_another_user_ends_with_its_host_too(bool inUserNamespace)
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can run it as someone else");
        Assert.SkipWhen(inUserNamespace && !HostProcess.CanBeRunByOthers(), "no user namespace can be made, or others cannot read the directory of the tests");
        File.SetUnixFileMode(_temp.Path, (UnixFileMode)0b111_111_111);
        var order = Order() with { User = new QemuUser(65534, 65534) };
        using var host = inUserNamespace ? await HostProcess.StartInUserNamespaceAsync(order, Ct) : HostProcess.Start(order);
        Assert.True(await host.HearAsync(HostProgram.Ready, Ct), await Errors(host));

        await EndAsync(host, Ending.Kill);

        await host.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
    }

    [Fact(Timeout = Limit)]
    public async Task A_kept_machine_outlives_its_host_is_told_of_and_can_be_ended()
    {
        var order = Order() with { WhenProcessDies = WhenProcessDies.Keep };
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = order.Root, CacheDirectory = _temp["cache"] });
        using var host = HostProcess.Start(order);
        Assert.True(await host.HearAsync(HostProgram.Ready, Ct), await Errors(host));
        Assert.Empty(await driver.FindLeftoversAsync(Ct));

        await EndAsync(host, Ending.Kill);

        var kept = Assert.Single(await driver.FindLeftoversAsync(Ct));
        Assert.Equal((LeftoverKind.Kept, $"{order.Prefix}-0"), (kept.Kind, kept.Id));
        Assert.Equal([kept.Process!.Pid], host.Machines());
        Assert.True(await driver.RemoveAsync(kept, Ct));
        Assert.Empty(host.Machines());
        Assert.Empty(Directory.EnumerateFileSystemEntries(order.Root));
        Assert.Empty(await driver.FindLeftoversAsync(Ct));
    }

    [Fact(Timeout = Limit)]
    public async Task A_kept_machine_that_a_host_attached_to_is_no_leftover()
    {
        var order = Order() with { WhenProcessDies = WhenProcessDies.Keep };
        var driver = new QemuDriver(new QemuDriverOptions { RuntimeRoot = order.Root, CacheDirectory = _temp["cache"] });
        using var host = HostProcess.Start(order);
        Assert.True(await host.HearAsync(HostProgram.Ready, Ct), await Errors(host));
        await EndAsync(host, Ending.Kill);
        var kept = Assert.Single(await driver.FindLeftoversAsync(Ct));

        await using var machine = await driver.AttachAsync(new MachineRecord(kept.Id, kept.Process!, kept.Directory, false, "kept"), Ct);

        Assert.NotNull(machine);
        Assert.Empty(await driver.FindLeftoversAsync(Ct));
        Assert.False(await driver.RemoveAsync(kept, Ct));
        Assert.False(machine.Exited.IsCompleted);
    }

    [Fact(Timeout = Limit)]
    public async Task The_next_start_sweeps_what_dead_machines_left_and_touches_no_live_one()
    {
        var order = Order() with { Machines = 2 };
        using var living = HostProcess.Start(Order() with { Root = order.Root });
        Assert.True(await living.HearAsync(HostProgram.Ready, Ct), await Errors(living));
        using var dead = HostProcess.Start(order);
        Assert.True(await dead.HearAsync(HostProgram.Ready, Ct), await Errors(dead));
        await EndAsync(dead, Ending.Kill);
        await dead.MachinesGoneAsync(Ct).WaitAsync(Shortly, Ct);
        Assert.Equal(3, Directory.GetDirectories(order.Root).Length);

        using var next = HostProcess.Start(Order() with { Root = order.Root });
        Assert.True(await next.HearAsync(HostProgram.Ready, Ct), await Errors(next));

        Assert.Equal(2, Directory.GetDirectories(order.Root).Length);
        Assert.Single(living.Machines());
        Assert.Single(next.Machines());
    }

    private static async Task EndAsync(HostProcess host, Ending ending)
    {
        if (ending is not (Ending.Return or Ending.Crash))
        {
            host.Signal(ending);
        }

        await host.EndedAsync(Ct);
    }

    private static async Task<string> Errors(HostProcess host) => host.HasEnded ? await host.ErrorsAsync(Ct) : "it runs";

    private HostOrder Order()
    {
        var (kernel, initrd) = TinyKernel.Write(_temp.Path);
        return new HostOrder
        {
            Root = _temp["run"], Prefix = $"end-{Guid.NewGuid():N}", KernelPath = kernel, InitrdPath = initrd,
        };
    }

    private string Script(string body)
    {
        var path = _temp["emulator"];
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
