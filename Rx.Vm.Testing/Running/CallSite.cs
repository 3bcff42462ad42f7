namespace Rx.Vm.Testing.Running;

/// <summary>Where something stands in the source of a test, as a stack trace writes it: editors make a link of that.</summary>
internal readonly record struct CallSite(string File, int Line)
{
    /// <summary>Whether the compiler told it.</summary>
    public bool IsKnown => !string.IsNullOrEmpty(File);

    /// <inheritdoc/>
    public override string ToString() => $"in {File}:line {Line}";
}
