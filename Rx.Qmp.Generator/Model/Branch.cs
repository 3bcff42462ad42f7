namespace Rx.Qmp.Generator.Model;

/// <summary>A branch of a union.</summary>
/// <param name="Case">The value of the tag.</param>
/// <param name="Type">The object type whose members it adds.</param>
internal sealed record Branch(string Case, string Type);
