using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Serilog;

namespace Rx.Vm.Effects;

/// <summary>Attaching and detaching disks through the monitor; each device reports by an event of its own.</summary>
internal sealed class DeviceEffects(MachineConnection connection, TimeSpan removal, Action<VmEvent> post, ILogger log)
{
    /// <summary>Attaches the disks of <paramref name="pod"/> in <paramref name="slots"/>.</summary>
    public void Add(SlotSet slots, PodPlan? pod)
    {
        foreach (var slot in slots.Slots)
        {
            _ = AddAsync(slot, pod?.Disks.FirstOrDefault(d => d.Slot == slot));
        }
    }

    /// <summary>Detaches the disks in <paramref name="slots"/>: the guest lets go first, then the image is closed.</summary>
    public void Remove(SlotSet slots)
    {
        foreach (var slot in slots.Slots)
        {
            _ = RemoveAsync(slot);
        }
    }

    private async Task AddAsync(int slot, ContainerDisk? disk)
    {
        var done = new Stack<HotplugStep>();
        try
        {
            if (disk is null || connection.Qmp is not { } qmp)
            {
                throw new RxVmException("the disk is unknown");
            }

            using var file = connection.Machine!.IsOtherUser() ? HandedFile.OpenImage(disk.Root.Path) : null;
            foreach (var step in DiskHotplug.Add(slot, disk.Root.Path, disk.Serial, readOnly: true, file: file))
            {
                await qmp.ExecuteAsync(step.ToCommand()).ConfigureAwait(false);
                done.Push(step);
            }

            post(VmEvent.Device(VmEventKind.DeviceAdded, slot));
        }
        catch (Exception e)
        {
            await UndoAsync(done).ConfigureAwait(false);
            post(VmEvent.Device(VmEventKind.DeviceAddFailed, slot, $"slot {slot}: {SafeText.Of(e)}"));
        }
    }

    private async Task RemoveAsync(int slot)
    {
        try
        {
            foreach (var step in DiskHotplug.Remove(slot))
            {
                await RunAsync(step).ConfigureAwait(false);
            }

            post(VmEvent.Device(VmEventKind.DeviceRemoved, slot));
        }
        catch (Exception e)
        {
            post(VmEvent.Device(VmEventKind.DeviceRemoveFailed, slot, $"slot {slot}: {SafeText.Of(e)}"));
        }
    }

    // The first error is the one to report; what undoing says is for the log.
    private async Task UndoAsync(Stack<HotplugStep> done)
    {
        while (done.TryPop(out var step))
        {
            try
            {
                if (step.Undo is { } undo)
                {
                    await RunAsync(undo).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                log.Warning("Undoing {Command} failed: {Cause}", step.Execute, e.Message);
            }
        }
    }

    private async Task RunAsync(HotplugStep step)
    {
        var qmp = connection.Qmp ?? throw new RxVmException("the monitor is not connected");
        if (step.AwaitDeleted is { } device)
        {
            await qmp.DeviceRemoveAsync(device, removal).ConfigureAwait(false);
        }
        else
        {
            await qmp.ExecuteAsync(step.ToCommand()).ConfigureAwait(false);
        }
    }
}
