namespace Rx.Vm.Qemu;

/// <summary>A process that holds a place to boot in.</summary>
/// <param name="File">The file that it has locked.</param>
/// <param name="Pid">The process, as it wrote it down; null when it did not.</param>
/// <param name="IsStopped">Whether that process is stopped, so that it will not give the place back by itself.</param>
internal readonly record struct BootHolder(string File, int? Pid, bool IsStopped);
