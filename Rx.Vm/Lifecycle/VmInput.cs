namespace Rx.Vm.Lifecycle;

/// <summary>An event as the reducer sees it: its kind and one small number. Texts, ids and times stay outside.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Operand">Device count, device slot or <see cref="DeadlineKind"/>, by kind; else 0.</param>
internal readonly record struct VmInput(VmEventKind Kind, int Operand = 0);
