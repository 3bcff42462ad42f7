namespace Rx.Vm.Testing;

/// <summary>What <c>#</c> and <c>#[name]</c> stand for unless the legend says otherwise. Two of the same name count as equal.</summary>
/// <param name="name">The name in the brackets, or empty for a bare <c>#</c>.</param>
public sealed class ScriptedErrorException(string name = "") : Exception(name.Length == 0 ? "#" : $"#[{name}]")
{
    /// <summary>The name in the brackets, or empty for a bare <c>#</c>.</summary>
    public string Name { get; } = name;
}
