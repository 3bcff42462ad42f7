namespace Rx.Vm.Lifecycle;

/// <summary>A machine as its observers see it. A new one is published for every visible change.</summary>
public sealed record VmState
{
    /// <summary>The machine.</summary>
    public required string VmId { get; init; }

    /// <summary>Grows by one with every published state; a gap tells a subscriber that states were dropped for it.</summary>
    public long Sequence { get; init; }

    /// <summary>When it came to be, in time since the machine was made. Immune to steps of the wall clock.</summary>
    public TimeSpan At { get; init; }

    /// <summary>The phase.</summary>
    public VmPhase Phase { get; init; }

    /// <summary>Why the machine left its normal course; the first cause, kept.</summary>
    public VmReason Reason { get; init; }

    /// <summary>The first cause in words, or null.</summary>
    public string? Message { get; init; }

    /// <summary>The pod that runs or ran last, or null.</summary>
    public string? PodId { get; init; }

    /// <summary>The labels of that pod's spec; empty before the first pod.</summary>
    public LabelSet Labels { get; init; }

    /// <summary>The exit codes of that pod's containers, in order; empty while it runs or when they were lost with the machine.</summary>
    public ValueArray<int> ExitCodes { get; init; }

    /// <summary>What runs the machine, for people: hypervisor, process, accelerator; null before the process started.</summary>
    public string? Machine { get; init; }

    /// <summary>Whether something the machine held on the host could not be released.</summary>
    public bool ResourcesLost { get; init; }

    /// <summary>
    /// Whether the machine waits for its turn to boot, because its host boots as many others as it can; in <see cref="VmPhase.Booting"/>
    /// only. Ends by itself, by a kill or shutdown, or with <see cref="VmReason.QueueTimedOut"/>.
    /// </summary>
    public bool Queued { get; init; }

    /// <summary>Whether this is the last state: the process has gone.</summary>
    public bool IsTerminal => Phase == VmPhase.Gone;
}
