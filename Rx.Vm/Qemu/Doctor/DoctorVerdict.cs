namespace Rx.Vm.Qemu;

/// <summary>How bad a finding is.</summary>
public enum DoctorVerdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Machines start, with less speed, isolation or function.</summary>
    Bearable,

    /// <summary>No machine can start.</summary>
    Fatal,
}
