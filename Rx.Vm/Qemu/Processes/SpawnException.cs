using Rx.Vm.Native;

namespace Rx.Vm.Qemu.Processes;

/// <summary>The kernel refused to start a process.</summary>
internal sealed class SpawnException(string step, int error) : IOException($"cannot {step}: {Libc.Describe(error)}")
{
    /// <summary>The error number.</summary>
    public int Error { get; } = error;
}
