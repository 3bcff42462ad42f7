using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Testing;
using Rx.Vm.Testing.Simulation;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Testing;

/// <summary>What goes wrong in the simulation itself is seen, whoever brought the work, and is no machine that has merely fallen silent.</summary>
public sealed class SimulatedDefectTests
{
    [Fact]
    public async Task What_fails_at_bytes_of_the_host_is_told_and_the_next_bytes_are_still_read()
    {
        var faults = new List<Exception>();
        var fault = new InvalidOperationException("a defect");
        var strand = new Strand(new TestScheduler(), faults.Add);
        var channel = new Channel(strand, 100, inline: true);
        channel.Start(_ => throw fault);

        await channel.HostEnd.WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Same(fault, Assert.Single(faults));
        var goesOn = false;
        strand.Post(() => goesOn = true);
        Assert.True(goesOn);
    }

    [Fact]
    public void A_machine_with_a_defect_ends_and_its_driver_has_the_first_one()
    {
        var world = new SimulatedWorld();
        var vm = world.Booted(KeepMode.AfterFinish);
        var strand = world.Driver.Find("vm1").Strand;
        var fault = new InvalidOperationException("a defect");
        Assert.Null(world.Driver.Fault);

        Assert.Same(fault, Assert.Throws<InvalidOperationException>(() => strand.Post(() => throw fault)));
        Assert.Throws<IOException>(() => strand.Post(() => throw new IOException("another")));
        world.Advance(5);

        Assert.Same(fault, world.Driver.Fault);
        Assert.Equal((VmPhase.Gone, VmReason.ProcessDied), (vm.State.Phase, vm.State.Reason));
        Assert.Contains("exit code 70", vm.State.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blockdev-add", "")]
    [InlineData("blockdev-add", ", \"arguments\": 7")]
    [InlineData("device_add", ", \"arguments\": []")]
    [InlineData("device_del", ", \"arguments\": {}")]
    [InlineData("blockdev-add", ", \"arguments\": {\"node-name\": 1, \"file\": []}")]
    public async Task A_command_without_sensible_arguments_is_refused_and_the_next_is_answered(string command, string arguments)
    {
        var clock = new OneThreadScheduler();
        var driver = new SimulatedDriver(clock, new SimulatedSettings { InlineContinuations = true });
        var start = driver.StartAsync(new MachineSpec { Id = "vm1", KernelPath = "/k", InitrdPath = "/i" }, TestContext.Current.CancellationToken).AsTask();
        clock.AdvanceBy(TimeSpan.TicksPerSecond);
        var machine = Now(start);
        var said = $$"""{"execute": "qmp_capabilities"}{"execute": "{{command}}"{{arguments}}, "id": 1}{"execute": "query-status", "id": 2}""";

        await machine.Qmp.WriteAsync(Encoding.UTF8.GetBytes(said), TestContext.Current.CancellationToken);
        clock.AdvanceBy(TimeSpan.TicksPerSecond);

        Assert.Null(driver.Fault);
        var (heard, buffer) = ("", new byte[4096]);
        while (machine.Qmp.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask() is { IsCompleted: true } read)
        {
            heard += Encoding.UTF8.GetString(buffer, 0, await read);
        }

        var replies = heard.Split("\r\n");
        Assert.Contains(replies, reply => reply.Contains("\"error\"", StringComparison.Ordinal) && reply.EndsWith("\"id\": 1}", StringComparison.Ordinal));
        Assert.Contains(replies, reply => reply.Contains("\"return\"", StringComparison.Ordinal) && reply.EndsWith("\"id\": 2}", StringComparison.Ordinal));
    }
}
