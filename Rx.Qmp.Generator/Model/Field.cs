using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>A property to be: a member of a struct, of arguments or of a branch.</summary>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="Type">Its type.</param>
/// <param name="Optional">True if the schema says that it may be missing.</param>
/// <param name="Flow">Which way the object it belongs to goes.</param>
/// <param name="Features">Its features.</param>
internal sealed record Field(string Wire, QapiType Type, bool Optional, Flow Flow, ImmutableArray<string> Features)
{
    /// <summary>The property's name, once its class has given it one.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>True if whoever makes the object has to set it: QEMU would refuse the command otherwise.</summary>
    public bool IsRequired => !Optional && Flow.HasFlag(Flow.Sent);

    /// <summary>True if an object without it cannot be read. What QEMU sends may always lack something: a later one may have dropped it.</summary>
    public bool IsDemanded => !Optional && Flow == Flow.Sent;

    /// <summary>True if the property's type has to have a null to say that it is missing.</summary>
    public bool IsNullable => !IsDemanded && Type.Kind is not (QapiKind.List or QapiKind.Enum);
}
