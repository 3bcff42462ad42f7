namespace Rx.Vm.Qemu;

/// <summary>Whom QEMU runs as, by number. It must be able to read the kernel, the initramfs and every disk it is given.</summary>
/// <param name="Uid">The user; not 0.</param>
/// <param name="Gid">Its only group.</param>
public sealed record QemuUser(uint Uid, uint Gid);
