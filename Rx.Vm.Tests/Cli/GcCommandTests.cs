using System.Reactive.Concurrency;
using Rx.Vm.Cli.Commands;
using Rx.Vm.Qemu;
using Rx.Vm.Testing;

// The token of the timeout is Ct, which every wait that can take one takes.
#pragma warning disable xUnit1069

namespace Rx.Vm.Tests.Cli;

/// <summary><c>rxvm gc</c>, of simulated leftovers in process and of real directories as its user runs it.</summary>
[Slow]
public sealed class GcCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 30_000)]
    public async Task Nothing_left_is_told() =>
        Assert.Equal((0, "nothing is left over\n", ""), await RunAsync(new SimulatedDriver(Clock), false, Ct));

    [Fact(Timeout = 30_000)]
    public async Task Dead_ones_are_removed_and_kept_ones_only_when_asked_for()
    {
        var driver = new SimulatedDriver(Clock);
        var dead = await driver.StartAsync(Spec("dead", WhenProcessDies.Kill), Ct);
        var kept = await driver.StartAsync(Spec("kept", WhenProcessDies.Keep), Ct);
        driver.HostDies();
        await dead.Exited.WaitAsync(Ct);

        var (code, output, error) = await RunAsync(driver, false, Ct);

        Assert.Equal((0, ""), (code, error));
        Assert.Matches("^removed  dead .*\nkept     kept .*--kept ends it\n$", output);
        Assert.False(kept.Exited.IsCompleted);
        Assert.Matches("^removed  kept .*\n$", (await RunAsync(driver, true, Ct)).Output);
        Assert.True(kept.Exited.IsCompleted);
        Assert.Equal(0, driver.Alive);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_driver_that_cannot_remove_ends_the_command_with_1_and_its_word()
    {
        var (code, output, error) = await RunAsync(new Stubborn(), true, Ct);

        Assert.Equal((1, "", "rxvm: vm: it is stuck\n"), (code, output, error));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_program_removes_a_dead_machine_s_directory_and_the_doctor_tells_of_it_before()
    {
        using var temp = new Qemu.TemporaryDirectory();
        var root = Path.Combine(temp.Path, "rxvm");
        VmDirectory.Create(root, "gone").Dispose();
        var inItsPlace = new RxvmStart { Environment = { ["XDG_RUNTIME_DIR"] = temp.Path } };

        Assert.Contains("1 directory of a dead machine: gone", (await Rxvm.RunAsync(inItsPlace, "doctor")).Text, StringComparison.Ordinal);
        var result = await Rxvm.RunAsync(inItsPlace, "gc");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("removed  gone ", result.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    private static IScheduler Clock => Rx.Vm.Reactive.VmSchedulers.Real.Time;

    private static MachineSpec Spec(string id, WhenProcessDies dies) =>
        new() { Id = id, KernelPath = "", InitrdPath = "", WhenProcessDies = dies };

    private static async Task<(int Code, string Output, string Error)> RunAsync(IMachineDriver driver, bool endKept, CancellationToken ct)
    {
        using StringWriter output = new(), error = new();
        var code = await GcCommand.RunAsync(driver, endKept, output, error, ct);
        return (code, output.ToString(), error.ToString());
    }

    private sealed class Stubborn : IMachineDriver
    {
        public ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default) => throw new NotSupportedException();

        public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => throw new NotSupportedException();

        public ValueTask<System.Collections.Immutable.ImmutableArray<Leftover>> FindLeftoversAsync(CancellationToken ct = default) =>
            new([new Leftover("vm", "/run/vm", LeftoverKind.Orphan, null, "")]);

        public ValueTask<bool> RemoveAsync(Leftover leftover, CancellationToken ct = default) => throw new RxVmException("it is stuck");
    }
}
