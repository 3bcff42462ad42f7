using System.Reactive.Subjects;
using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Sources;

namespace Rx.Vm.Effects;

/// <summary>
/// Runs the effects of a step, in the order of their bits, after its state was published. Each handler starts its work and returns; what
/// comes of it is an event. Answers to callers are the ledger's, but for the end of a pod.
/// </summary>
internal sealed class VmEffectRunner(MachineEffects machine, DeviceEffects devices, GuestEffects guest)
{
    private readonly Subject<VmEvent> _events = new();

    /// <summary>What comes of effects. Hot; calls may overlap.</summary>
    public IObservable<VmEvent> Events => _events;

    // The fold orders what needs a process behind its start.
    private MachineSession Session => machine.Session ?? throw new InvalidOperationException("there is no process");

    /// <summary>Runs what <paramref name="step"/> asks for.</summary>
    public void Run(VmStep step)
    {
        for (var bits = (uint)step.Effects; bits != 0; bits &= bits - 1)
        {
            var effect = (VmEffects)(bits & (uint)-(int)bits);
            try
            {
                Run(effect, step);
            }
            catch (Exception fault)
            {
                // Handlers turn trouble into events; one that throws all the same must not leave its machine waiting for ever.
                _events.OnNext(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{effect}: {SafeText.Of(fault)}" });
            }
        }
    }

    private void Run(VmEffects effect, VmStep step)
    {
        switch (effect)
        {
            case VmEffects.LaunchProcess: machine.Launch().Subscribe(_events.OnNext); break;
            case VmEffects.AddDevices: Tell(devices.Add(Session, step.Devices, guest.Pod)); break;
            case VmEffects.SendStartPod: Tell(guest.StartPod(Session)); break;
            case VmEffects.SendCall: Tell(guest.Call(Session, step.Event!.Token)); break;
            case VmEffects.SendPing: GuestEffects.Ping(Session); break;
            case VmEffects.SendStopPod: Tell(guest.StopPod(Session)); break;
            case VmEffects.RemoveDevices: Tell(devices.Remove(Session, step.Devices)); break;
            case VmEffects.SendRescan: Tell(GuestEffects.Rescan(Session)); break;
            case VmEffects.SendDestroyPod: Tell(GuestEffects.DestroyPod(Session)); break;
            case VmEffects.SendQuit: machine.Quit(); break;
            case VmEffects.KillProcess: machine.Kill(); break;
            case VmEffects.ReleaseResources: Tell([machine.Release(step.Fold.State)]); break;
            case VmEffects.CompleteRunPod: guest.Pod?.StartInput(); break;
            case VmEffects.EndPod: EndPod(step.Fold.State); break;

            // Answered by the ledger before the effects run.
            case VmEffects.FailRunPod or VmEffects.CompleteStopPod or VmEffects.FailStopPod or VmEffects.CompleteCall
                or VmEffects.FailCall or VmEffects.FailCalls or VmEffects.CompleteRequest or VmEffects.CompleteShutdown:
                break;
        }
    }

    // Null: it was sent, and whoever it was sent to answers.
    private void Tell(VmEvent? e)
    {
        if (e is not null)
        {
            _events.OnNext(e);
        }
    }

    private void Tell(IEnumerable<Task<VmEvent>> works)
    {
        foreach (var work in works)
        {
            _ = TellAsync(work);
        }
    }

    private async Task TellAsync(Task<VmEvent> work) => _events.OnNext(await work.ConfigureAwait(false));

    private void EndPod(VmState state)
    {
        if (guest.Pod is { } plan)
        {
            plan.Ended.TrySetResult(new PodResult(plan.PodId, ExitCodes(state, plan), state.Reason, state.Message));
        }
    }

    // One code a container, whatever the guest sent; a missing one is 255, as for a process that never reported.
    private static ValueArray<int> ExitCodes(VmState state, PodPlan plan) => state.ExitCodes.Count == 0
        ? default
        : new([.. Enumerable.Range(0, plan.Spec.Containers.Length).Select(i => i < state.ExitCodes.Count ? state.ExitCodes[i] : 255)]);
}
