using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Rx.Qmp;
using Rx.Qmp.Isolation;
using Rx.Vm.Attendance;
using Rx.Vm.Fold;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Operations;

/// <summary>What is asked of the machine by its monitor: quit, and standing still.</summary>
internal sealed class MonitorOps(Func<ProcessSession> session, VmTimeouts timeouts)
{
    private static readonly QmpCommand Stop = QmpCommand.Create("stop");
    private static readonly QmpCommand Continue = QmpCommand.Create("cont");

    /// <summary>Takes its kinds.</summary>
    public void Register(OpTable table)
    {
        table[OpKind.Quit] = QuitAsync;
        table[OpKind.Freeze] = FreezeAsync;
        table[OpKind.Thaw] = ThawAsync;
    }

    // The guest is told goodbye, and has its time to answer; then QEMU is told. That the monitor ends before it answers is the normal case.
    private async Task<OpEnd> QuitAsync(OpWork work)
    {
        var live = session();
        await GoodbyeAsync(live, work.Cancelled).ConfigureAwait(false);
        work.Cancelled.ThrowIfCancellationRequested();
        return await EndAsync(live.Qmp.QuitAsync(work.Cancelled)).ConfigureAwait(false);
    }

    private async Task GoodbyeAsync(ProcessSession live, CancellationToken ct)
    {
        if (live.Dialect.Features == GuestFeatures.None)
        {
            // It never came up, or is one that ends for the question.
            return;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = timeouts.PodDestroy < TimeSpan.Zero ? Disposable.Empty : live.Time.Schedule(late, timeouts.PodDestroy, static (_, late) =>
        {
            late.TryCancel();
            return Disposable.Empty;
        });
        try
        {
            await live.Guest.AskAsync(GuestCode.DestroyPod, default, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
        }
    }

    private async Task<OpEnd> FreezeAsync(OpWork work)
    {
        var live = session();
        var end = await EndAsync(live.Qmp.ExecuteAsync(Stop, work.Cancelled)).ConfigureAwait(false);
        if (end.Ok)
        {
            live.KeepAlive.Pause();
        }

        return end;
    }

    private async Task<OpEnd> ThawAsync(OpWork work)
    {
        var live = session();
        var end = await EndAsync(live.Qmp.ExecuteAsync(Continue, work.Cancelled)).ConfigureAwait(false);
        if (end.Ok)
        {
            live.KeepAlive.Resume();
        }

        return end;
    }

    // A monitor that refuses, or has gone, is nothing unheard of.
    private static async Task<OpEnd> EndAsync(Task asked)
    {
        try
        {
            await asked.ConfigureAwait(false);
            return OpEnd.Done;
        }
        catch (QmpException e)
        {
            return OpEnd.Failed(SafeText.Of(e));
        }
    }
}
