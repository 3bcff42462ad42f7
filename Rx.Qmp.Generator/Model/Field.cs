using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>A property to be: a member of a struct, of arguments or of a branch.</summary>
/// <param name="Wire">Its name on the wire.</param>
/// <param name="Type">Its type.</param>
/// <param name="Optional">True if it may be missing.</param>
/// <param name="Features">Its features.</param>
internal sealed record Field(string Wire, QapiType Type, bool Optional, ImmutableArray<string> Features)
{
    /// <summary>The property's name, once its class has given it one.</summary>
    public string Name { get; init; } = string.Empty;
}
