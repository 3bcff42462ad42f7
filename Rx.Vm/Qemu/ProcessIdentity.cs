namespace Rx.Vm.Qemu;

/// <summary>
/// Tells one process from every other one, before and after. A pid alone is reused, and a reused pid can even have the same start tick.
/// </summary>
/// <param name="Pid">The process id in the host's pid namespace.</param>
/// <param name="PidfsInode">The inode number of its pidfd, unique since boot; 0 where the kernel has no pidfs (before 6.9).</param>
/// <param name="StartTicks">Its start time in clock ticks since boot: the weaker check that is left without pidfs.</param>
/// <param name="BootId">The kernel's boot id; another one means every process of the record is gone.</param>
public sealed record ProcessIdentity(int Pid, ulong PidfsInode, ulong StartTicks, string BootId);
