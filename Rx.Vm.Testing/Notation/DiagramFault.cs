namespace Rx.Vm.Testing.Notation;

/// <summary>Why a text is no diagram. A value, so that searching many texts does not throw for each.</summary>
/// <param name="Index">Where.</param>
/// <param name="Problem">What, in one line.</param>
internal sealed record DiagramFault(int Index, string Problem);
