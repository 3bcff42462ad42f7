namespace Rx.Vm.Testing;

/// <summary>What a marble of a lane is.</summary>
public enum MarbleMarkKind
{
    /// <summary>A value.</summary>
    Value,

    /// <summary>The completion.</summary>
    Completion,

    /// <summary>An error.</summary>
    Error,
}
