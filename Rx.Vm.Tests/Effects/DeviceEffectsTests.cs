using Rx.Qmp.Tests;
using Rx.Vm.Devices;
using Rx.Vm.Effects;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Effects;

/// <summary>Disks going in and out through the monitor alone: which commands, in which order, undone how, and one event for each slot.</summary>
public sealed class DeviceEffectsTests : IDisposable
{
    private readonly List<VmEvent> _posted = [];
    private readonly QmpRig _rig = QmpRig.Connected();
    private readonly MachineConnection _connection = new() { Machine = HandedOutMachine.Take(new StillMachine(), "vm", inline: true) };

    public DeviceEffectsTests()
    {
        _connection.Qmp = _rig.Client;
        _rig.Server.Answer = command => command.Return();
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_disk_is_attached_node_first_and_told_by_its_slot()
    {
        Effects.Add(Slots(0, 1), Pod(2));
        Assert.Equal(["blockdev-add", "device_add", "blockdev-add", "device_add"], Commands);
        Assert.Equal([(VmEventKind.DeviceAdded, 0), (VmEventKind.DeviceAdded, 1)], Told);
    }

    [Fact]
    public void A_step_that_fails_is_told_with_its_words_and_what_was_done_is_undone_backwards()
    {
        _rig.Server.Answer = command => command.Name == "device_add" ? command.Error("GenericError", "no slot") : command.Return();
        Effects.Add(Slots(0), Pod(1));
        Assert.Equal(["blockdev-add", "device_add", "blockdev-del"], Commands);
        Assert.Equal([(VmEventKind.DeviceAddFailed, 0)], Told);
        Assert.Contains("no slot", _posted[0].Text);
    }

    [Fact]
    public void Undoing_that_fails_too_does_not_hide_the_first_cause()
    {
        _rig.Server.Answer = command => command.Name == "blockdev-add" ? command.Return() : command.Error("GenericError", $"no {command.Name}");
        Effects.Add(Slots(0), Pod(1));
        Assert.Equal([(VmEventKind.DeviceAddFailed, 0)], Told);
        Assert.Contains("no device_add", _posted[0].Text);
    }

    [Fact]
    public void A_slot_without_a_disk_and_a_machine_without_a_monitor_fail_at_once()
    {
        Effects.Add(Slots(3), Pod(1));
        Effects.Add(Slots(4), null);
        _connection.Qmp = null;
        Effects.Add(Slots(0), Pod(1));
        Effects.Remove(Slots(0));
        Assert.Empty(Commands);
        Assert.Equal(
            [(VmEventKind.DeviceAddFailed, 3), (VmEventKind.DeviceAddFailed, 4), (VmEventKind.DeviceAddFailed, 0), (VmEventKind.DeviceRemoveFailed, 0)],
            Told);
    }

    [Fact]
    public void A_disk_is_detached_only_when_the_guest_has_let_go_and_its_image_closed_after_that()
    {
        Effects.Remove(Slots(2));
        Assert.Equal(["device_del"], Commands);
        Assert.Empty(_posted);
        _rig.Server.Send(Events.DeviceDeleted("d2"));
        Assert.Equal(["device_del", "blockdev-del"], Commands);
        Assert.Equal([(VmEventKind.DeviceRemoved, 2)], Told);
    }

    [Fact]
    public void A_guest_that_does_not_let_go_costs_the_time_for_removal_and_no_more()
    {
        Effects.Remove(Slots(2));
        _rig.Advance(29);
        Assert.Empty(_posted);
        _rig.Advance(2);
        Assert.Equal([(VmEventKind.DeviceRemoveFailed, 2)], Told);
        Assert.Equal(["device_del"], Commands);
    }

    [Fact]
    public void A_monitor_that_is_lost_fails_what_is_under_way_once_for_each_slot()
    {
        _rig.Server.Answer = _ => null;
        Effects.Add(Slots(0, 1), Pod(2));
        Effects.Remove(Slots(5));
        _rig.Server.HangUp();
        Assert.Equal(
            [(VmEventKind.DeviceAddFailed, 0), (VmEventKind.DeviceAddFailed, 1), (VmEventKind.DeviceRemoveFailed, 5)], Told.Order());
    }

    private DeviceEffects Effects => new(_connection, TimeSpan.FromSeconds(30), _posted.Add, Serilog.Core.Logger.None);

    private IEnumerable<string> Commands => _rig.Server.Received.Select(c => c.Name).Where(name => name != "qmp_capabilities");

    private IEnumerable<(VmEventKind, int)> Told => _posted.Select(e => (e.Kind, e.Operand));

    private static SlotSet Slots(params int[] slots) => new((ushort)slots.Sum(slot => 1 << slot));

    private static PodPlan Pod(int containers)
    {
        var spec = PodSpec.Parse($$"""{"containers":[{{string.Join(',', Enumerable.Repeat("""{"image":"b","command":["x"]}""", containers))}}]}""");
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        return new PodPlan("pod", spec, [.. Enumerable.Range(0, containers).Select(i => new ContainerDisk(i, image))], inline: true);
    }
}
