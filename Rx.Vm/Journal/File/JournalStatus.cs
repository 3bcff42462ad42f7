namespace Rx.Vm.Journal;

/// <summary>A machine's journal file at one moment.</summary>
/// <param name="State">How it is doing.</param>
/// <param name="Path">The file, or null.</param>
/// <param name="Bytes">How many bytes of whole records it has.</param>
/// <param name="Written">How many entries it has.</param>
/// <param name="Dropped">How many entries it lacks: the queue was full, or the disk refused them.</param>
/// <param name="Error">What the disk said last, or null when it never refused.</param>
public sealed record JournalStatus(JournalState State, string? Path, long Bytes, long Written, long Dropped, string? Error)
{
    /// <summary>No file.</summary>
    internal static JournalStatus None { get; } = new(JournalState.None, null, 0, 0, 0, null);
}
