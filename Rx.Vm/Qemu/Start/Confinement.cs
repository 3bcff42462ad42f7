namespace Rx.Vm.Qemu;

/// <summary>How a machine's process is confined, as the kernel states it in <c>/proc/PID/status</c>.</summary>
/// <param name="SeccompMode">0 none, 1 strict, 2 filter.</param>
/// <param name="NoNewPrivileges">Whether exec can no longer gain privileges.</param>
/// <param name="EffectiveCapabilities">The effective capability mask; 0 for none.</param>
/// <param name="Uid">The effective user id.</param>
/// <param name="HardwareIsolation">Whether the guest runs under KVM. TCG is not a security boundary.</param>
public sealed record Confinement(int SeccompMode, bool NoNewPrivileges, ulong EffectiveCapabilities, uint Uid, bool HardwareIsolation);
