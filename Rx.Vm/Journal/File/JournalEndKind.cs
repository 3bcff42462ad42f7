namespace Rx.Vm.Journal;

/// <summary>How the reading of a journal ended.</summary>
public enum JournalEndKind
{
    /// <summary>Behind a whole record, with nothing after it.</summary>
    Clean,

    /// <summary>
    /// Within a record that the file does not hold to its end, or that is all zeros: the writer or its host stopped there. Everything
    /// before it is sound.
    /// </summary>
    Torn,

    /// <summary>
    /// At bytes that are not the next record of this journal: changed, moved, or left over from another file. Everything before them is
    /// sound; what follows can't be vouched for and is not read.
    /// </summary>
    Damaged,
}
