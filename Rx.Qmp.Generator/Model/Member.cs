using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>A member of an object, value of an enum, or choice of an alternate.</summary>
/// <param name="Name">Its name; empty for a choice.</param>
/// <param name="Type">Its type; empty for a value.</param>
/// <param name="Optional">True if it may be missing.</param>
/// <param name="Features">Its features.</param>
internal sealed record Member(string Name, string Type, bool Optional, ImmutableArray<string> Features);
