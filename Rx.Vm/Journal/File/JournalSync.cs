namespace Rx.Vm.Journal;

/// <summary>
/// When a journal's file is made durable. Whatever the choice, a process that is killed loses only what was still queued.
/// </summary>
public enum JournalSync
{
    /// <summary>When the operating system sees fit (the default): a power cut may cost the last half minute or so.</summary>
    None,

    /// <summary>Once, when the machine has gone and the file is closed.</summary>
    AtClose,

    /// <summary>
    /// After every batch that was written, and at the close. A batch that can't be made durable counts as not written. Costs a disk flush a
    /// batch, off the machine's own thread.
    /// </summary>
    EachBatch,
}
