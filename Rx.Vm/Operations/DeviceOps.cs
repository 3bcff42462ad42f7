using System.Globalization;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Attendance;
using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Qemu;

namespace Rx.Vm.Operations;

/// <summary>
/// A device's way in and out, step by step. What a step in has left behind, whole or in part, the steps out take back; each of them succeeds
/// where there is nothing. Its lease is its slot.
/// </summary>
internal sealed class DeviceOps(Func<ProcessSession> session, TimeSpan removal)
{
    private readonly Lock _gate = new();
    private uint _taken;

    /// <summary>What the guest finds a disk by: never a guessed device letter.</summary>
    public static string Serial(int slot) => $"rx-{slot}";

    /// <summary>The slot of a device.</summary>
    /// <exception cref="RxVmException">It has none.</exception>
    public static int SlotOf(in DeviceNode device) => device.Lease is { } lease
        ? int.Parse(lease.Id, CultureInfo.InvariantCulture)
        : throw new RxVmException($"device {device.Id} has no slot");

    /// <summary>Takes its kinds.</summary>
    public void Register(OpTable table)
    {
        table[OpKind.Reserve] = work => Task.FromResult(Reserve(work));
        table[OpKind.Plug] = PlugAsync;

        // The guest looks for a disk by its serial when it needs it, and has let go of it when the container has ended.
        table[OpKind.Confirm] = static _ => Task.FromResult(OpEnd.Done);
        table[OpKind.Unmount] = static _ => Task.FromResult(OpEnd.Done);
        table[OpKind.Unplug] = UnplugAsync;
        table[OpKind.Release] = work => Task.FromResult(Release(work));
    }

    private OpEnd Reserve(OpWork work)
    {
        if (work.Device().Spec.Class != DeviceClass.Disk)
        {
            return OpEnd.Failed("only disks can be attached");
        }

        lock (_gate)
        {
            for (var slot = 0; slot < DiskHotplug.Slots; slot++)
            {
                if ((_taken & 1u << slot) == 0)
                {
                    _taken |= 1u << slot;
                    return OpEnd.With(new Payload.Leased(new Lease(slot.ToString(CultureInfo.InvariantCulture))));
                }
            }
        }

        return OpEnd.Failed("every slot of the machine is taken");
    }

    private OpEnd Release(OpWork work)
    {
        var device = work.Device();
        if (device.Lease is not null)
        {
            lock (_gate)
            {
                _taken &= ~(1u << SlotOf(device));
            }
        }

        return OpEnd.Done;
    }

    private async Task<OpEnd> PlugAsync(OpWork work)
    {
        var (live, device) = (session(), work.Device());
        var slot = SlotOf(device);
        HotplugStep? handed = null;
        try
        {
            using var file = live.Machine.IsOtherUser() ? HandedFile.OpenImage(device.Spec.Source) : null;
            foreach (var step in DiskHotplug.Add(slot, device.Spec.Source, Serial(slot), device.Spec.ReadOnly, file: file))
            {
                await live.Qmp.ExecuteAsync(step.ToCommand(), work.Cancelled).ConfigureAwait(false);
                handed = step.File is null ? handed : step.Undo;
            }

            return OpEnd.Done;
        }
        catch (Exception e)
        {
            _ = handed is null ? Task.CompletedTask : ForgetAsync(live, handed);
            return e is OperationCanceledException ? OpEnd.Failed("given up") : OpEnd.Failed($"slot {slot}: {SafeText.Of(e)}");
        }
    }

    // The descriptor that was handed over is no device, and no step out would find it.
    private static async Task ForgetAsync(ProcessSession live, HotplugStep handed)
    {
        try
        {
            await live.Qmp.ExecuteAsync(handed.ToCommand()).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The cause of the failure is what counts; with the machine it goes anyway.
        }
    }

    // The guest lets go first, then the image is closed.
    private async Task<OpEnd> UnplugAsync(OpWork work)
    {
        var (live, slot) = (session(), SlotOf(work.Device()));
        try
        {
            foreach (var step in DiskHotplug.Remove(slot))
            {
                await TakeOutAsync(live, step, work.Cancelled).ConfigureAwait(false);
            }

            return OpEnd.Done;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return OpEnd.Failed($"slot {slot}: {SafeText.Of(e)}");
        }
    }

    private async Task TakeOutAsync(ProcessSession live, HotplugStep step, CancellationToken ct)
    {
        try
        {
            if (step.AwaitDeleted is { } device)
            {
                await live.Qmp.DeviceRemoveAsync(device, removal, ct).ConfigureAwait(false);
            }
            else
            {
                await live.Qmp.ExecuteAsync(step.ToCommand(), ct).ConfigureAwait(false);
            }
        }
        catch (QmpCommandException e) when (IsAbsent(e))
        {
            // It never came to be, or has gone already.
        }
    }

    private static bool IsAbsent(QmpCommandException e) =>
        e.ErrorClass == "DeviceNotFound" || e.Message.Contains("Failed to find node", StringComparison.Ordinal);
}
