using System.Collections.Immutable;
using Rx.Vm.Attendance;
using Rx.Vm.Effects;
using Rx.Vm.Fold;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods.Folds;

namespace Rx.Vm.Operations;

/// <summary>
/// The containers of a pod, for a guest that starts and stops all of them together: the operations of the containers are joined into one
/// command, and each ends with its answer.
/// </summary>
internal sealed class PodOps(Func<ProcessSession> session, bool inline)
{
    private readonly Lock _gate = new();
    private Joined? _start;
    private Joined? _stop;

    /// <summary>Takes its kinds.</summary>
    public void Register(OpTable table)
    {
        table[OpKind.StartContainer] = StartAsync;

        // The guest itself kills what does not end; what is asked of it a second time it does not take.
        table[OpKind.StopContainer] = StopAsync;
        table[OpKind.KillContainer] = StopAsync;
        table[OpKind.Rescan] = work => session().Guest.AskAsync(GuestCode.Ready, default, work.Cancelled);
    }

    private async Task<OpEnd> StartAsync(OpWork work)
    {
        if (work.State.Plan is not { Live: PodPlan live } plan)
        {
            return OpEnd.Failed("there is no pod to start");
        }

        var start = Join(ref _start, plan, () => AskToStartAsync(work.State, live));
        var end = await start.End.Task.OrCancelledAsync(work.Cancelled, inline).ConfigureAwait(false);
        return end.Ok ? OpEnd.Done : end;
    }

    // A start that is asked for is asked for on behalf of all, whichever of them is given up meanwhile.
    private async Task<OpEnd> AskToStartAsync(State state, PodPlan live)
    {
        var process = session();
        var (commands, lacking) = live.Prepare(process.Dialect, process.Tty, place => SerialOf(state, state.Containers[place].Id));
        process.Pod = new PodInGuest([.. state.Containers.Select(node => node.Id)], live.Streams);
        return lacking is null
            ? await process.Guest.AskAsync(_ => commands, CancellationToken.None).ConfigureAwait(false)
            : OpEnd.Failed(lacking);
    }

    private async Task<OpEnd> StopAsync(OpWork work)
    {
        var (_, place) = work.Container();
        if (work.State.Containers.Any(other => other.Core.Phase is ContainerPhase.Running or ContainerPhase.Starting))
        {
            return OpEnd.Failed("the guest stops all containers of a pod together");
        }

        (work.State.Plan?.Live as PodPlan)?.LetGo();
        var stop = Join(ref _stop, work.State.Plan, AskToStopAsync);
        var end = await stop.End.Task.OrCancelledAsync(work.Cancelled, inline).ConfigureAwait(false);
        return !end.Ok || end.Payload is not Payload.Reply { Body.IsEmpty: false } reply ? end with { Payload = end.Ok ? null : end.Payload }
            : OpEnd.With(new Payload.Exit(PodInGuest.ExitOf(new([.. ControlFrame.ReadExitCodes(reply.Body.Span)]), place)));
    }

    // A pod that has ended already is as good as stopped, and its end is told separately.
    private async Task<OpEnd> AskToStopAsync()
    {
        var process = session();
        var end = await process.Guest.AskAsync(process.Dialect.StopPod, CancellationToken.None, GuestSend.PodEnded).ConfigureAwait(false);
        if (end.Ok)
        {
            await process.Pod.EndedAsync(process.Time).ConfigureAwait(false);
        }

        return end;
    }

    private Joined Join(ref Joined? shared, Payload.Pod? plan, Func<Task<OpEnd>> ask)
    {
        Joined joined;
        lock (_gate)
        {
            if (shared is { } under && ReferenceEquals(under.Plan, plan))
            {
                return under;
            }

            shared = joined = new Joined(plan, new OneShot<OpEnd>(inline));
        }

        _ = RunAsync(joined, ask);
        return joined;
    }

    private static async Task RunAsync(Joined joined, Func<Task<OpEnd>> ask)
    {
        OpEnd end;
        try
        {
            end = await ask().ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            end = OpEnd.Failed(Rx.Qmp.Isolation.SafeText.Of(fault));
        }

        joined.End.TrySetResult(end);
    }

    private static string SerialOf(State state, int container)
    {
        foreach (var device in state.Devices)
        {
            if (device.Owner == container)
            {
                return DeviceOps.Serial(DeviceOps.SlotOf(device));
            }
        }

        throw new RxVmException($"container {container} has no disk");
    }

    private sealed record Joined(Payload.Pod? Plan, OneShot<OpEnd> End);
}
