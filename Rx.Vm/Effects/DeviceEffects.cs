using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Sources;
using Serilog;

namespace Rx.Vm.Effects;

/// <summary>Attaching and detaching disks through the monitor; each device reports by an event of its own.</summary>
internal sealed class DeviceEffects(TimeSpan removal, ILogger log)
{
    /// <summary>Attaches the disks of <paramref name="pod"/> in <paramref name="slots"/>, each when its turn in the sequence comes.</summary>
    public IEnumerable<Task<VmEvent>> Add(MachineSession session, SlotSet slots, PodPlan? pod) =>
        slots.Slots.Select(slot => AddAsync(session, slot, pod?.Disks.FirstOrDefault(d => d.Slot == slot)));

    /// <summary>
    /// Detaches the disks in <paramref name="slots"/>, likewise: the guest lets go first, then the image is closed.
    /// </summary>
    public IEnumerable<Task<VmEvent>> Remove(MachineSession session, SlotSet slots) => slots.Slots.Select(slot => RemoveAsync(session, slot));

    private async Task<VmEvent> AddAsync(MachineSession session, int slot, ContainerDisk? disk)
    {
        var done = new Stack<HotplugStep>();
        try
        {
            if (disk is null)
            {
                throw new RxVmException("the disk is unknown");
            }

            using var file = session.Machine.IsOtherUser() ? HandedFile.OpenImage(disk.Root.Path) : null;
            foreach (var step in DiskHotplug.Add(slot, disk.Root.Path, disk.Serial, readOnly: true, file: file))
            {
                await session.Qmp.ExecuteAsync(step.ToCommand()).ConfigureAwait(false);
                done.Push(step);
            }

            return VmEvent.Device(VmEventKind.DeviceAdded, slot);
        }
        catch (Exception e)
        {
            await UndoAsync(session, done).ConfigureAwait(false);
            return VmEvent.Device(VmEventKind.DeviceAddFailed, slot, $"slot {slot}: {SafeText.Of(e)}");
        }
    }

    private async Task<VmEvent> RemoveAsync(MachineSession session, int slot)
    {
        try
        {
            foreach (var step in DiskHotplug.Remove(slot))
            {
                await RunAsync(session, step).ConfigureAwait(false);
            }

            return VmEvent.Device(VmEventKind.DeviceRemoved, slot);
        }
        catch (Exception e)
        {
            return VmEvent.Device(VmEventKind.DeviceRemoveFailed, slot, $"slot {slot}: {SafeText.Of(e)}");
        }
    }

    // The first error is the one to report; what undoing says is for the log.
    private async Task UndoAsync(MachineSession session, Stack<HotplugStep> done)
    {
        while (done.TryPop(out var step))
        {
            try
            {
                if (step.Undo is { } undo)
                {
                    await RunAsync(session, undo).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                log.Warning("Undoing {Command} failed: {Cause}", step.Execute, e.Message);
            }
        }
    }

    private async Task RunAsync(MachineSession session, HotplugStep step)
    {
        if (step.AwaitDeleted is { } device)
        {
            await session.Qmp.DeviceRemoveAsync(device, removal).ConfigureAwait(false);
        }
        else
        {
            await session.Qmp.ExecuteAsync(step.ToCommand()).ConfigureAwait(false);
        }
    }
}
