namespace Rx.Qmp;

/// <summary>The kinds of entry that are told apart by name: types have names of their own, which are numbers on most servers.</summary>
internal enum SchemaEntryKind : byte
{
    Type,
    Command,
    Event,
}
