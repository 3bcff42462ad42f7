using System.Collections.Immutable;
using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Generator.Emit;

/// <summary>The body of one record: which names are taken in it, and therefore how other types are written there.</summary>
internal sealed class Scope
{
    private static readonly string[] Reserved =
    [
        "Read", "Write", "WriteMembers", "Encode", "Equals", "GetHashCode", "GetType", "ToString", "PrintMembers", "Clone", "EqualityContract",
        "MemberwiseClone", "Finalize", "Deconstruct", "ReferenceEquals", "CommandName", "EventName",
    ];

    private readonly HashSet<string> _taken;

    /// <summary>Names of types around it: a property may hide them, but then they mean something else.</summary>
    public HashSet<string> Hidden { get; init; } = [];

    public Scope(string record, params IEnumerable<string> others) =>
        _taken = new HashSet<string>([.. Reserved, record, .. others], StringComparer.Ordinal);

    /// <summary>Gives the fields their property names.</summary>
    public ImmutableArray<Field> Claim(IEnumerable<Field> fields) =>
        [.. fields.Select(field => field with { Name = Naming.Claim(_taken, Naming.Pascal(field.Wire), "Value") })];

    /// <summary>Gives one more name.</summary>
    public string Claim(string wanted) => Naming.Claim(_taken, wanted, "Value");

    /// <summary>The C# text of a type: in full where its simple name means something else here.</summary>
    public string Text(QapiType type) => type.Kind switch
    {
        QapiKind.Text => "string",
        QapiKind.Signed => "long",
        QapiKind.Unsigned => "ulong",
        QapiKind.Number => "double",
        QapiKind.Flag => "bool",
        QapiKind.Any => "QmpValue",
        QapiKind.List => $"QmpList<{Text(type.Element!)}>",
        QapiKind.Enum => $"QmpEnum<{Simple(type.Name!)}>",
        _ => Simple(type.Name!),
    };

    /// <summary>A type's name, in full if need be.</summary>
    public string Simple(string name) => _taken.Contains(name) || Hidden.Contains(name) ? "global::Rx.Qmp.Protocol." + name : name;

    /// <summary>An expression that reads a value.</summary>
    public string Read(QapiType type) => type.Kind == QapiKind.List
        ? $"JsonRead.List(ref reader, {Reader(type.Element!)})"
        : Reader(type) + "(ref reader)";

    /// <summary>Something that fits a QmpReader of the type.</summary>
    public string Reader(QapiType type) => type.Kind switch
    {
        QapiKind.Text => "JsonRead.Text",
        QapiKind.Signed => "JsonRead.Int64",
        QapiKind.Unsigned => "JsonRead.UInt64",
        QapiKind.Number => "JsonRead.Double",
        QapiKind.Flag => "JsonRead.Boolean",
        QapiKind.Any => "JsonRead.Value",
        QapiKind.List => $"static (ref Utf8JsonReader reader) => {Read(type)}",
        QapiKind.Enum => $"JsonRead.Word<{Simple(type.Name!)}>",
        _ => Text(type) + ".Read",
    };
}
