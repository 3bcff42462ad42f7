using Microsoft.Reactive.Testing;
using Rx.Qmp.Tests;
using Rx.Vm.Attendance;
using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Tests.Effects;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>Each step of a disk, in and out, alone: which commands, and what ends it.</summary>
public sealed class DeviceOpsTests : IDisposable
{
    private readonly TestScheduler _time = new();
    private readonly StillMachine _machine = new();
    private readonly OpTable _table = new();
    private readonly ProcessSession _session;

    public DeviceOpsTests()
    {
        _session = new ProcessSession(
            HandedOutMachine.Take(_machine, "vm", inline: true), VmSchedulers.Single(_time), inline: true, new VmTimeouts(), Serilog.Core.Logger.None);
        _session.Sights.Subscribe();
        _machine.Monitor.Answer = command => command.Return();
        new DeviceOps(() => _session, TimeSpan.FromSeconds(30)).Register(_table);
    }

    public void Dispose() => _machine.Monitor.HangUp();

    [Fact]
    public void A_slot_is_the_lowest_that_is_free_and_a_machine_has_sixteen()
    {
        Assert.Equal(Enumerable.Range(0, 16).Select(i => $"{i}"), Enumerable.Range(1, 16).Select(id => Slot(Run(OpKind.Reserve, Device(id)))));
        Assert.False(Run(OpKind.Reserve, Device(17)).Ok);
        Assert.True(Run(OpKind.Release, Device(18)).Ok);
        Assert.True(Run(OpKind.Release, Device(4, slot: 3)).Ok);
        Assert.Equal("3", Slot(Run(OpKind.Reserve, Device(19))));
    }

    [Fact]
    public void A_disk_is_plugged_node_first_and_by_a_serial_that_is_its_slot()
    {
        Assert.True(Run(OpKind.Plug, Device(1, slot: 5)).Ok);
        Assert.Equal(["blockdev-add", "device_add"], Commands);
        Assert.Equal("rx-5", DeviceOps.Serial(5));
    }

    [Fact]
    public void A_step_that_is_refused_fails_in_the_monitor_s_words()
    {
        _machine.Monitor.Answer = command => command.Name == "device_add" ? command.Error("GenericError", "no slot") : command.Return();
        Assert.Contains("slot 5: ", Words(Run(OpKind.Plug, Device(1, slot: 5))), StringComparison.Ordinal);
        Assert.Contains("no slot", Words(Run(OpKind.Plug, Device(1, slot: 5))), StringComparison.Ordinal);
    }

    /// <summary>The steps out take back whatever part of the steps in came about.</summary>
    [Fact]
    public void Unplugging_succeeds_where_there_is_nothing()
    {
        _machine.Monitor.Answer = command => command.Name == "device_del"
            ? command.Error("DeviceNotFound", "Device 'd5' not found")
            : command.Error("GenericError", "Failed to find node with node-name='b5'");
        Assert.True(Run(OpKind.Unplug, Device(1, slot: 5)).Ok);
        Assert.Equal(["device_del", "blockdev-del"], Commands);
    }

    [Fact]
    public void A_disk_s_image_is_closed_only_when_the_guest_has_let_go()
    {
        var unplug = Begin(OpKind.Unplug, Device(1, slot: 2));
        Assert.False(unplug.IsCompleted);
        Assert.Equal(["device_del"], Commands);
        _machine.Monitor.Send(Events.DeviceDeleted("d2"));
        Assert.True(SimulatedWorld.Now(unplug).Ok);
        Assert.Equal(["device_del", "blockdev-del"], Commands);
    }

    [Fact]
    public void What_is_given_up_returns_though_the_monitor_does_not_answer()
    {
        _machine.Monitor.Answer = _ => null;
        foreach (var kind in new[] { OpKind.Plug, OpKind.Unplug })
        {
            using var given = new CancellationTokenSource();
            var under = Begin(kind, Device(1, slot: 5), given);
            Assert.False(under.IsCompleted);
            given.Cancel();
            Assert.True(under.IsCompleted);
        }
    }

    [Fact]
    public void A_monitor_that_is_lost_fails_every_step_that_needs_it()
    {
        _machine.Monitor.HangUp();
        Assert.False(Run(OpKind.Plug, Device(1, slot: 5)).Ok);
        Assert.False(Run(OpKind.Unplug, Device(1, slot: 5)).Ok);
        Assert.True(Run(OpKind.Release, Device(1, slot: 5)).Ok);
    }

    [Fact]
    public void Only_disks_are_attached()
    {
        var nic = new DeviceNode(1, 0, default, new DeviceSpec(DeviceClass.Nic, "net0"));
        Assert.False(Run(OpKind.Reserve, nic).Ok);
    }

    private IEnumerable<string> Commands => _machine.Monitor.Received.Select(c => c.Name).Where(name => name != "qmp_capabilities");

    private static DeviceNode Device(int id, int? slot = null) =>
        new(id, 0, default, new DeviceSpec(DeviceClass.Disk, "/images/b"), slot is { } at ? new Lease($"{at}") : null);

    private static string Slot(OpEnd end) => ((Payload.Leased)end.Payload!).Lease.Id;

    private static string Words(OpEnd end) => ((Payload.Words)end.Payload!).Text;

    private OpEnd Run(OpKind kind, DeviceNode device)
    {
        var under = Begin(kind, device);
        Assert.True(under.IsCompletedSuccessfully);
        return SimulatedWorld.Now(under);
    }

    private Task<OpEnd> Begin(OpKind kind, DeviceNode device, CancellationTokenSource? given = null) => _table[kind](
        new OpWork(new Op(1, kind, new(Level.Device, device.Id)), new State { Devices = [device] }, given?.Token ?? CancellationToken.None, static _ => { }));
}
