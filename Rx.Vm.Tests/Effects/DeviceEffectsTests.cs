using Microsoft.Reactive.Testing;
using Rx.Qmp.Tests;
using Rx.Vm.Devices;
using Rx.Vm.Effects;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Sources;
using Rx.Vm.Tests.Sources;

namespace Rx.Vm.Tests.Effects;

/// <summary>Disks going in and out through the monitor alone: which commands, in which order, undone how, and one event for each slot.</summary>
public sealed class DeviceEffectsTests : IDisposable
{
    private readonly List<VmEvent> _posted = [];
    private readonly TestScheduler _time = new();
    private readonly StillMachine _machine = new();
    private readonly MachineSession _session;

    public DeviceEffectsTests()
    {
        _session = Sessions.Of(_machine, _time);
        _session.Facts.Subscribe();
        _machine.Monitor.Answer = command => command.Return();
    }

    public void Dispose() => _machine.Monitor.HangUp();

    [Fact]
    public void A_disk_is_attached_node_first_and_told_by_its_slot()
    {
        Add(Slots(0, 1), Pod(2));
        Assert.Equal(["blockdev-add", "device_add", "blockdev-add", "device_add"], Commands);
        Assert.Equal([(VmEventKind.DeviceAdded, 0), (VmEventKind.DeviceAdded, 1)], Told);
    }

    [Fact]
    public void A_step_that_fails_is_told_with_its_words_and_what_was_done_is_undone_backwards()
    {
        _machine.Monitor.Answer = command => command.Name == "device_add" ? command.Error("GenericError", "no slot") : command.Return();
        Add(Slots(0), Pod(1));
        Assert.Equal(["blockdev-add", "device_add", "blockdev-del"], Commands);
        Assert.Equal([(VmEventKind.DeviceAddFailed, 0)], Told);
        Assert.Contains("no slot", _posted[0].Text);
    }

    [Fact]
    public void Undoing_that_fails_too_does_not_hide_the_first_cause()
    {
        _machine.Monitor.Answer = command => command.Name == "blockdev-add" ? command.Return() : command.Error("GenericError", $"no {command.Name}");
        Add(Slots(0), Pod(1));
        Assert.Equal([(VmEventKind.DeviceAddFailed, 0)], Told);
        Assert.Contains("no device_add", _posted[0].Text);
    }

    [Fact]
    public void A_slot_without_a_disk_and_a_machine_without_a_monitor_fail_at_once()
    {
        Add(Slots(3), Pod(1));
        Add(Slots(4), null);
        _ = _session.Qmp.DisposeAsync();
        Add(Slots(0), Pod(1));
        Remove(Slots(0));
        Assert.Empty(Commands);
        Assert.Equal(
            [(VmEventKind.DeviceAddFailed, 3), (VmEventKind.DeviceAddFailed, 4), (VmEventKind.DeviceAddFailed, 0), (VmEventKind.DeviceRemoveFailed, 0)],
            Told);
    }

    [Fact]
    public void A_disk_is_detached_only_when_the_guest_has_let_go_and_its_image_closed_after_that()
    {
        Remove(Slots(2));
        Assert.Equal(["device_del"], Commands);
        Assert.Empty(_posted);
        _machine.Monitor.Send(Events.DeviceDeleted("d2"));
        Assert.Equal(["device_del", "blockdev-del"], Commands);
        Assert.Equal([(VmEventKind.DeviceRemoved, 2)], Told);
    }

    [Fact]
    public void A_guest_that_does_not_let_go_costs_the_time_for_removal_and_no_more()
    {
        Remove(Slots(2));
        _time.AdvanceBy(TimeSpan.FromSeconds(29).Ticks);
        Assert.Empty(_posted);
        _time.AdvanceBy(TimeSpan.FromSeconds(2).Ticks);
        Assert.Equal([(VmEventKind.DeviceRemoveFailed, 2)], Told);
        Assert.Equal(["device_del"], Commands);
    }

    [Fact]
    public void A_monitor_that_is_lost_fails_what_is_under_way_once_for_each_slot()
    {
        _machine.Monitor.Answer = _ => null;
        Add(Slots(0, 1), Pod(2));
        Remove(Slots(5));
        _machine.Monitor.HangUp();
        Assert.Equal(
            [(VmEventKind.DeviceAddFailed, 0), (VmEventKind.DeviceAddFailed, 1), (VmEventKind.DeviceRemoveFailed, 5)], Told.Order());
    }

    private static DeviceEffects Effects => new(TimeSpan.FromSeconds(30), Serilog.Core.Logger.None);

    private void Add(SlotSet slots, PodPlan? pod) => Tell(Effects.Add(_session, slots, pod));

    private void Remove(SlotSet slots) => Tell(Effects.Remove(_session, slots));

    private void Tell(IEnumerable<Task<VmEvent>> works)
    {
        foreach (var work in works)
        {
            _ = TellAsync(work);
        }
    }

    private async Task TellAsync(Task<VmEvent> work) => _posted.Add(await work.ConfigureAwait(false));

    private IEnumerable<string> Commands => _machine.Monitor.Received.Select(c => c.Name).Where(name => name != "qmp_capabilities");

    private IEnumerable<(VmEventKind, int)> Told => _posted.Select(e => (e.Kind, e.Operand));

    private static SlotSet Slots(params int[] slots) => new((ushort)slots.Sum(slot => 1 << slot));

    private static PodPlan Pod(int containers)
    {
        var spec = PodSpec.Parse($$"""{"containers":[{{string.Join(',', Enumerable.Repeat("""{"image":"b","command":["x"]}""", containers))}}]}""");
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        return new PodPlan("pod", spec, [.. Enumerable.Range(0, containers).Select(i => new ContainerDisk(i, image))], inline: true);
    }
}
