namespace Rx.Vm.Qemu;

/// <summary>How guest code is run.</summary>
public enum Accelerator
{
    /// <summary>KVM where there is good reason to believe it works, else TCG.</summary>
    Auto,

    /// <summary>Hardware virtualisation, or no start.</summary>
    Kvm,

    /// <summary>Translation in software. Runs everywhere; not a security boundary.</summary>
    Tcg,
}
