namespace Rx.Vm.Lifecycle;

/// <summary>
/// One thing that happened to a machine, as it enters the inbox and the journal. One flat record for all kinds, so that a journal line
/// holds any of them; which members carry meaning is told by the kind.
/// </summary>
/// <param name="Kind">What happened.</param>
public sealed record VmEvent(VmEventKind Kind)
{
    /// <summary>Device count, device slot, exit status or <see cref="DeadlineKind"/>, by kind.</summary>
    public int Operand { get; init; }

    /// <summary>The request this event makes or answers, or the id of the deadline; 0 for none.</summary>
    public long Token { get; init; }

    /// <summary>For people: the cause in the words of who reported it, already bounded and free of control characters.</summary>
    public string? Text { get; init; }

    /// <summary>The id of the pod, with <see cref="VmEventKind.RunPodRequested"/>.</summary>
    public string? PodId { get; init; }

    /// <summary>The labels of the pod, with <see cref="VmEventKind.RunPodRequested"/>.</summary>
    public LabelSet Labels { get; init; }

    /// <summary>Exit codes in the order of the containers, where the guest reported them.</summary>
    public ValueArray<int> ExitCodes { get; init; }

    /// <summary>A request of a caller.</summary>
    public static VmEvent Request(VmEventKind kind, long command) => new(kind) { Token = command };

    /// <summary>A pod is to be run; it needs <paramref name="devices"/> devices, in the first slots.</summary>
    public static VmEvent RunPod(long command, string podId, int devices, LabelSet labels = default) =>
        new(VmEventKind.RunPodRequested) { Token = command, PodId = podId, Operand = devices, Labels = labels };

    /// <summary>The process has gone; <paramref name="status"/> 0 is a clean exit, anything else is not.</summary>
    public static VmEvent Exited(int status, string text) => new(VmEventKind.ProcessExited) { Operand = status, Text = text };

    /// <summary>Something about the device in <paramref name="slot"/>.</summary>
    public static VmEvent Device(VmEventKind kind, int slot, string? text = null) => new(kind) { Operand = slot, Text = text };

    /// <summary>The deadline elapsed; <paramref name="busy"/>: although the machine's process was using its processor.</summary>
    internal static VmEvent Elapsed(Deadline deadline, bool busy = false) =>
        new(busy ? VmEventKind.DeadlineBusy : VmEventKind.DeadlineElapsed) { Operand = (int)deadline.Kind, Token = deadline.Id };
}
