using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.Vm.Guest.Wire;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Testing.Simulation;

// The commands, and the pod's end.
internal sealed partial class GuestSystem
{
    private const int SigKill = 9;
    private const int SigTerm = 15;

    private PodRun? _pod;
    private bool _isStopping;
    private bool _isReporting;
    private bool _isGoingDown;

    private void Handle(GuestCode code, byte[] payload)
    {
        switch (code)
        {
            case GuestCode.StartPod:
                StartPod(Read(payload, WireJson.Default.PodPayload));
                break;
            case GuestCode.StopPod:
                StopPod();
                break;
            case GuestCode.ExecCmd:
                var exec = Read(payload, WireJson.Default.ExecPayload);
                Later(code, () => Exec(exec));
                break;
            case GuestCode.KillContainer:
                var kill = Read(payload, WireJson.Default.KillPayload);
                Later(code, () => Kill(kill));
                break;
            case GuestCode.SignalExec:
                var signal = JsonDocument.Parse(payload).RootElement;
                Later(code, () => SignalExec(signal.GetProperty("seq").GetUInt64(), signal.GetProperty("signal").GetInt32()));
                break;
            case GuestCode.Ping or GuestCode.Ready or GuestCode.WinSize:
                Later(code, () => Answer(code));
                break;
            default:
                Later(code, () => Answer(code, $"command {(uint)code} is not supported"));
                break;
        }
    }

    private static T Read<T>(byte[] payload, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(payload, type) ?? throw new JsonException();

    private void StartPod(PodPayload spec)
    {
        if (_pod is not null)
        {
            Later(GuestCode.StartPod, () => Answer(GuestCode.StartPod, "a pod is running in this VM already"));
            return;
        }

        Later(GuestCode.StartPod, () =>
        {
            if (Missing(spec) is null)
            {
                SetUp(spec);
            }
            else
            {
                AfterOf(_id, machine.Timings.DiskWait, () => SetUp(spec));
            }
        }, machine.Timings.PodStart);
    }

    private ContainerPayload? Missing(PodPayload spec) =>
        Array.Find(spec.Containers, c => c.Serial is { Length: > 0 } serial && !machine.Monitor.Disks.Serials.Contains(serial));

    private void SetUp(PodPayload spec)
    {
        if (_isGoingDown)
        {
            return;
        }

        if (Missing(spec) is { } lacking)
        {
            Answer(GuestCode.StartPod, $"container {lacking.Id}: no disk with serial '{lacking.Serial}' appeared");
            return;
        }

        if (Array.Find(spec.Containers, c => Accounts.Find(c.User) is null) is { } stranger)
        {
            Answer(GuestCode.StartPod, $"container {stranger.Id}: there is no user '{stranger.User}'");
            return;
        }

        var pod = _pod = new PodRun(spec, this);
        if (machine.Faults.Take(K.FinishEarly) is not null)
        {
            Send(GuestCode.FinishPod, ControlFrame.EncodeFinishPod(new int[spec.Containers.Length]).AsSpan(ControlFrame.HeaderSize));
            pod.IsReported = true;
        }

        Answer(GuestCode.StartPod, then: () =>
        {
            pod.Start();
            machine.Reach(SimulatedMoment.PodStarted);
        });
    }

    private void StopPod()
    {
        if (_pod is not { } pod)
        {
            Later(GuestCode.StopPod, () => Answer(GuestCode.StopPod));
            return;
        }

        Later(GuestCode.StopPod, () =>
        {
            _isStopping = true;
            _stopId = _id;
            pod.Signal(SigTerm);
            After(machine.Timings.StopGrace, () => pod.Signal(SigKill));
            Drained(pod);
        });
    }

    private void Exec(ExecPayload exec)
    {
        var failure = _pod?.Find(exec.Container) is not { IsRunning: true } container ? $"exec: no container '{exec.Container}' is running"
            : exec.Cmd is not [{ Length: > 0 } name, ..] ? "exec: the command is empty"
            : ProgramOf(name) is null ? $"exec: {name}: not found"
            : Accounts.Find(exec.User ?? container.Spec.User) is null ? $"exec: there is no user '{exec.User}'"
            : null;
        Answer(GuestCode.ExecCmd, failure, then: failure is null ? () => _pod!.Exec(exec) : null);
    }

    // One that has ended meanwhile is as good as signalled.
    private void SignalExec(ulong session, int signal)
    {
        _pod?.FindExec(session)?.Signal(signal);
        Answer(GuestCode.SignalExec);
    }

    private void Kill(KillPayload kill)
    {
        var container = _pod?.Find(kill.Container);
        if (container is { IsRunning: true })
        {
            container.Process.Signal(kill.Signal);
            Answer(GuestCode.KillContainer);
        }
        else
        {
            Answer(GuestCode.KillContainer, $"kill: no container '{kill.Container}' is running");
        }
    }
}
