namespace Rx.Vm.Qemu;

/// <summary>What is known about a process's end.</summary>
public enum MachineExitKind
{
    /// <summary>Gone; the kernel does not tell how (not a child, old kernel).</summary>
    Unknown,

    /// <summary>It exited with a code.</summary>
    Exited,

    /// <summary>A signal ended it.</summary>
    Signalled,
}
