namespace Rx.Qmp.Generator.Model;

/// <summary>The C# type of a value.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name of an enum or class.</param>
/// <param name="Element">A list's element.</param>
internal sealed record QapiType(QapiKind Kind, string? Name = null, QapiType? Element = null)
{
    /// <summary>True if JSON null is a value of it, so that null does not count as missing.</summary>
    public bool TakesNull { get; init; }
}
