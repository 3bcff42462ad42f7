namespace Rx.Vm;

/// <summary>What becomes of a machine when the process of its host ends without disposing the host: a return from <c>Main</c>, a signal
/// (SIGKILL too), a crash.</summary>
public enum WhenProcessDies
{
    /// <summary>The kernel ends the machine with the process. Nothing of it runs on; its guest gets no chance to shut down.</summary>
    Kill,

    /// <summary>The machine runs on. <c>rxvm doctor</c> lists it and <c>rxvm gc --kept</c> ends it; a program that keeps its
    /// <see cref="Qemu.MachineRecord"/> can attach to it through <see cref="Qemu.IMachineDriver.AttachAsync"/>. No <see cref="VmHost"/> takes it
    /// over.</summary>
    Keep,
}
