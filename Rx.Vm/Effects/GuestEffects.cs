using System.Collections.Concurrent;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Sources;

namespace Rx.Vm.Effects;

/// <summary>
/// Effects toward the guest: each sends one command and returns null, because the answer is the guest's; what can't be sent is answered here.
/// </summary>
internal sealed class GuestEffects
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
    public VmEvent? StartPod(MachineSession session)
    {
        if (Pod is null)
        {
            return new VmEvent(VmEventKind.PodStartRefused) { Text = "there is no pod to start" };
        }

        var (commands, lacking) = Pod.Prepare(session.Dialect, session.Tty);
        session.PodStreams = Pod.Streams;
        var trouble = lacking ?? Trouble(session.Control.Send(commands, 0));
        return trouble is null ? null : new VmEvent(VmEventKind.PodStartRefused) { Text = trouble };
    }

    /// <summary>The call that <paramref name="command"/> asked for.</summary>
    public VmEvent? Call(MachineSession session, long command)
    {
        if (!_calls.TryRemove(command, out var plan))
        {
            return new VmEvent(VmEventKind.CallRefused) { Token = command, Text = "the call is unknown" };
        }

        var trouble = plan.Lacking(session.Dialect)
            ?? Trouble(session.Control.Send([plan.Prepare(session.Dialect, session.Tty)], command));
        return trouble is null ? null : new VmEvent(VmEventKind.CallRefused) { Token = command, Text = trouble };
    }

    /// <summary>STOPPOD. A pod that has ended already is as good as stopped, and its end is told separately.</summary>
    public VmEvent? StopPod(MachineSession session)
    {
        Pod?.LetGo();
        var sent = session.Control.Send(session.Dialect.StopPod(0), 0);
        return sent != GuestSend.PodEnded && Trouble(sent) is { } trouble ? new VmEvent(VmEventKind.PodStopRefused) { Text = trouble } : null;
    }

    /// <summary>DESTROYPOD.</summary>
    public static VmEvent? DestroyPod(MachineSession session) =>
        SendOrFail(session, GuestCode.DestroyPod, VmEventKind.PodDestroyRefused);

    /// <summary>READY, which makes the guest rescan.</summary>
    public static VmEvent? Rescan(MachineSession session) => SendOrFail(session, GuestCode.Ready, VmEventKind.RescanRefused);

    /// <summary>PING; one that can't be sent is as silent as one that is not answered.</summary>
    public static void Ping(MachineSession session) => session.Control.Send(GuestCode.Ping, default, 0);

    private static VmEvent? SendOrFail(MachineSession session, GuestCode code, VmEventKind failure)
    {
        return Trouble(session.Control.Send(code, default, 0)) is { } trouble ? new VmEvent(failure) { Text = trouble } : null;
    }

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
