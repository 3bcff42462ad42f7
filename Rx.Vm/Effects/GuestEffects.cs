using System.Collections.Concurrent;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Effects;

/// <summary>Effects toward the guest: each sends one command; the answer comes back as an event. What can't be sent is answered here.</summary>
internal sealed class GuestEffects(MachineConnection connection, Action<VmEvent> post)
{
    private readonly ConcurrentDictionary<long, CallPlan> _calls = new();
    private readonly ConcurrentDictionary<long, PodPlan> _pods = new();

    /// <summary>The pod that runs or is being started, or null.</summary>
    public PodPlan? Pod { get; private set; }

    /// <summary>Remembers a call until it is sent or answered.</summary>
    public void Plan(long command, CallPlan plan) => _calls[command] = plan;

    /// <summary>Remembers a pod until its request is answered.</summary>
    public void Plan(long command, PodPlan plan) => _pods[command] = plan;

    /// <summary>Follows the fold: a run request that was not refused brings its pod in; answered requests are forgotten.</summary>
    public void Follow(VmStep step)
    {
        if (step.Event is { Kind: VmEventKind.RunPodRequested } run
            && _pods.TryGetValue(run.Token, out var pod)
            && !step.Answers.Any(a => a.Command == run.Token && a.Kind == AnswerKind.Refused))
        {
            Pod = pod;
        }

        foreach (var answer in step.Answers)
        {
            _pods.TryRemove(answer.Command, out _);
            _calls.TryRemove(answer.Command, out _);
        }
    }

    /// <summary>STARTPOD.</summary>
    public void StartPod()
    {
        if (Pod is null || connection.Tty is null)
        {
            post(new VmEvent(VmEventKind.PodStartRefused) { Text = "there is no pod to start" });
            return;
        }

        var (payload, lacking) = Pod.Prepare(connection.Features, connection.Tty);
        connection.PodStreams = Pod.Streams;
        var trouble = lacking ?? Trouble(Send(GuestCode.StartPod, payload!, 0));
        if (trouble is not null)
        {
            post(new VmEvent(VmEventKind.PodStartRefused) { Text = trouble });
        }
    }

    /// <summary>The call that <paramref name="command"/> asked for.</summary>
    public void Call(long command)
    {
        if (!_calls.TryRemove(command, out var plan) || connection.Tty is null)
        {
            post(new VmEvent(VmEventKind.CallRefused) { Token = command, Text = "the call is unknown" });
            return;
        }

        var trouble = connection.Features.Lacking(plan.Needs)
            ?? Trouble(Send(plan.Code, plan.Prepare(connection.Features, connection.Tty), command));
        if (trouble is not null)
        {
            post(new VmEvent(VmEventKind.CallRefused) { Token = command, Text = trouble });
        }
    }

    /// <summary>STOPPOD. A pod that has ended already is as good as stopped, and its end is told separately.</summary>
    public void StopPod()
    {
        Pod?.LetGo();
        SendOrFail(GuestCode.StopPod, VmEventKind.PodStopRefused, tolerated: GuestSend.PodEnded);
    }

    /// <summary>DESTROYPOD.</summary>
    public void DestroyPod() => SendOrFail(GuestCode.DestroyPod, VmEventKind.PodDestroyRefused, tolerated: null);

    /// <summary>READY, which makes the guest rescan.</summary>
    public void Rescan() => SendOrFail(GuestCode.Ready, VmEventKind.RescanRefused, tolerated: null);

    /// <summary>PING; one that can't be sent is as silent as one that is not answered.</summary>
    public void Ping() => Send(GuestCode.Ping, default, 0);

    private void SendOrFail(GuestCode code, VmEventKind failure, GuestSend? tolerated)
    {
        var sent = Send(code, default, 0);
        if (sent != tolerated && Trouble(sent) is { } trouble)
        {
            post(new VmEvent(failure) { Text = trouble });
        }
    }

    private GuestSend Send(GuestCode code, ReadOnlyMemory<byte> payload, long token) =>
        connection.Control?.Send(code, payload, token) ?? GuestSend.Lost;

    // A lost channel announces itself by an event of its own.
    private static string? Trouble(GuestSend sent) => sent switch
    {
        GuestSend.Queued => null,
        GuestSend.NotACommand => "the guest takes no such command",
        GuestSend.Unsupported => "the guest does not support this",
        GuestSend.TooLarge => "the command is larger than the guest takes",
        GuestSend.QueueFull => "too many commands wait for the guest",
        GuestSend.StopUnanswered => "the pod is being stopped",
        GuestSend.PodEnded => "the pod has ended",
        GuestSend.Destroying => "the guest is shutting down",
        GuestSend.Lost => "the connection to the guest is lost",
    };
}
