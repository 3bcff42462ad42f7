namespace Rx.Vm.Testing.Notation;

/// <summary>What a part of a diagram is.</summary>
internal enum MarkKind
{
    Gap,
    GroupBegin,
    GroupEnd,
    Value,
    Completion,
    Error,
    Origin,
    End,
}
