namespace Rx.Vm.Qemu;

/// <summary>Why a machine did not come up.</summary>
public enum MachineStartFailure
{
    /// <summary>The specification breaks a rule: id, size, path, text.</summary>
    InvalidSpec,

    /// <summary>A file the start needs is missing or unreadable: kernel, initramfs, memory file.</summary>
    FileMissing,

    /// <summary>The emulator is not installed where it was looked for.</summary>
    EmulatorMissing,

    /// <summary>The machine's directory could not be made safely: foreign owner, symbolic link, name taken, path too long.</summary>
    Directory,

    /// <summary>The kernel refused the process: exec failed, no memory, no descriptors.</summary>
    Spawn,

    /// <summary>The process ended before its monitor spoke; its last words say why.</summary>
    DiedAtStart,

    /// <summary>KVM was asked for by name and cannot be used.</summary>
    Accelerator,

    /// <summary>The process runs but without the confinement that was asked for; it was killed.</summary>
    Confinement,

    /// <summary>Isolation by hardware was required, and only translation can be had.</summary>
    Isolation,

    /// <summary>This process has too few file descriptors left, or its <c>/proc</c> is that of another pid namespace.</summary>
    Resources,

    /// <summary>A running machine was to be attached and does not answer on its sockets.</summary>
    Unreachable,

    /// <summary>The driver handed out nothing, or something that is no machine.</summary>
    Driver,
}
