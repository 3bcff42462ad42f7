namespace Rx.Vm.Journal;

/// <summary>Why a journal can't be had.</summary>
public enum JournalFault
{
    /// <summary>The file can't be opened, read or written; the inner exception tells.</summary>
    Unusable,

    /// <summary>It does not begin as a journal does.</summary>
    NotAJournal,

    /// <summary>It was written in a later format.</summary>
    NewerVersion,

    /// <summary>It ends within its header, or the header is damaged or makes no sense.</summary>
    NoHeader,

    /// <summary>It is larger than this library reads.</summary>
    TooLarge,

    /// <summary>An event is larger than a record may be, or its text is no Unicode.</summary>
    EventNotWritable,
}
