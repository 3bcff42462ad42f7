using Rx.Vm.Lifecycle;

namespace Rx.Vm.Journal;

/// <summary>What a journal says of its machine before the first event: all that a replay needs to begin.</summary>
public sealed record JournalHeader
{
    /// <summary>
    /// The file format this library writes; 2 has the labels of pods. A file with a lower number is read, one with a higher is refused.
    /// </summary>
    public const int CurrentVersion = 2;

    /// <summary>The format of the file; <see cref="CurrentVersion"/> for a journal in memory.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The machine's id.</summary>
    public required string VmId { get; init; }

    /// <summary>Whether the machine outlives a pod that ends by itself.</summary>
    public KeepMode Keep { get; init; }

    /// <summary>The times of the machine's deadlines.</summary>
    public VmTimeouts Timeouts { get; init; } = new();

    /// <summary>When the machine was made, by the wall clock; for people only, every other time counts from here.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
