namespace Rx.Vm.Journal;

/// <summary>How a machine's journal file is doing.</summary>
public enum JournalState
{
    /// <summary>There is no file, and none was asked for.</summary>
    None,

    /// <summary>Entries are written as they come.</summary>
    Writing,

    /// <summary>The disk refuses. Entries are dropped; each new batch tries again.</summary>
    Failing,

    /// <summary>The file has its full size; nothing more is written.</summary>
    Full,

    /// <summary>A file was asked for but could not be created; nothing is written.</summary>
    Failed,

    /// <summary>The machine has gone and the file is closed.</summary>
    Closed,
}
