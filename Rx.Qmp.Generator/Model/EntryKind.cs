namespace Rx.Qmp.Generator.Model;

/// <summary>The kinds of entry in the introspection reply.</summary>
internal enum EntryKind
{
    Builtin,
    Enum,
    Array,
    Object,
    Alternate,
    Command,
    Event,

    /// <summary>One that this generator does not know; it is passed over.</summary>
    Unknown,
}
