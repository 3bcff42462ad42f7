namespace Rx.Vm.Guest;

/// <summary>What became of a copy of a process's output.</summary>
/// <param name="Bytes">Bytes that were written to the target.</param>
/// <param name="Missed">Bytes that were not: dropped before they were read, or beyond what the target takes.</param>
public readonly record struct OutputCopy(long Bytes, long Missed);
