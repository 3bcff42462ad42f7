using Rx.Qmp.Isolation;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;

namespace Rx.Vm.Effects;

/// <summary>
/// Runs the effects of a step, in the order of their bits, after its state was published. Each handler starts its work and returns; what
/// comes of it is posted back as an event. Answers to callers are the ledger's, but for the end of a pod.
/// </summary>
internal sealed class VmEffectRunner(MachineEffects machine, DeviceEffects devices, GuestEffects guest, Action<VmEvent> post)
{
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
                post(new VmEvent(VmEventKind.FoldFaulted) { Text = $"{effect}: {SafeText.Of(fault)}" });
            }
        }
    }

    private void Run(VmEffects effect, VmStep step)
    {
        switch (effect)
        {
            case VmEffects.LaunchProcess: machine.Launch(); break;
            case VmEffects.AddDevices: devices.Add(step.Devices, guest.Pod); break;
            case VmEffects.SendStartPod: guest.StartPod(); break;
            case VmEffects.SendCall: guest.Call(step.Event!.Token); break;
            case VmEffects.SendPing: guest.Ping(); break;
            case VmEffects.SendStopPod: guest.StopPod(); break;
            case VmEffects.RemoveDevices: devices.Remove(step.Devices); break;
            case VmEffects.SendRescan: guest.Rescan(); break;
            case VmEffects.SendDestroyPod: guest.DestroyPod(); break;
            case VmEffects.SendQuit: machine.Quit(); break;
            case VmEffects.KillProcess: machine.Kill(); break;
            case VmEffects.ReleaseResources: machine.Release(step.Fold.State); break;
            case VmEffects.CompleteRunPod: guest.Pod?.StartInput(); break;
            case VmEffects.EndPod: EndPod(step.Fold.State); break;

            // Answered by the ledger before the effects run.
            case VmEffects.FailRunPod or VmEffects.CompleteStopPod or VmEffects.FailStopPod or VmEffects.CompleteCall
                or VmEffects.FailCall or VmEffects.FailCalls or VmEffects.CompleteRequest or VmEffects.CompleteShutdown:
                break;
        }
    }

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
