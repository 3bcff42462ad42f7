namespace Rx.Qmp.Generator.Model;

/// <summary>What a value becomes in C#.</summary>
internal enum QapiKind
{
    Text,
    Signed,
    Unsigned,
    Number,
    Flag,

    /// <summary>Any JSON, or null: kept as bytes.</summary>
    Any,
    Enum,

    /// <summary>A struct, union or alternate.</summary>
    Class,
    List,
}
