namespace Rx.Vm.Pods;

/// <summary>How a process in a guest ended, as the guest reported it: nothing proves it right.</summary>
/// <param name="Code">Its exit code: its status, 128 + n when signal n killed it, 127 for a command that was not found.</param>
public sealed record ProcessExit(int Code)
{
    /// <summary>The Linux signal that killed it; null when it ended by itself, or the guest does not tell.</summary>
    public int? Signal { get; init; }

    /// <summary>Whether the kernel killed it, or a process it had started, because memory had run out. False too when the guest does not tell.</summary>
    public bool IsOutOfMemory { get; init; }

    /// <summary>Whether it was killed because its <see cref="ExecOptions.Timeout"/> was over.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>How long it lived, from the begin of its set-up on the guest's clock; null when the guest does not tell.</summary>
    public TimeSpan? Duration { get; init; }
}
