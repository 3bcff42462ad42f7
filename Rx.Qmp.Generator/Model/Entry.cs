using System.Collections.Immutable;

namespace Rx.Qmp.Generator.Model;

/// <summary>One entry of the introspection reply.</summary>
/// <param name="Name">A command's or event's name; a number or the like for a type.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Features">Its features.</param>
internal sealed record Entry(string Name, EntryKind Kind, ImmutableArray<string> Features)
{
    /// <summary>A builtin's JSON type.</summary>
    public string? JsonType { get; init; }

    /// <summary>An array's element type.</summary>
    public string? Element { get; init; }

    /// <summary>A command's or event's arguments.</summary>
    public string? Argument { get; init; }

    /// <summary>What a command returns.</summary>
    public string? Return { get; init; }

    /// <summary>The member that says which branch of a union it is; null: no union.</summary>
    public string? Tag { get; init; }

    /// <summary>An object's members, an enum's values (no type), an alternate's choices (no name).</summary>
    public ImmutableArray<Member> Members { get; init; } = [];

    /// <summary>A union's branches.</summary>
    public ImmutableArray<Branch> Branches { get; init; } = [];
}
