namespace Rx.Vm.Qemu;

/// <summary>What is known about hardware virtualisation here.</summary>
/// <param name="SameArchitecture">The host's processor is an x86-64, as the guest's.</param>
/// <param name="DeviceExists"><c>/dev/kvm</c> is there.</param>
/// <param name="DeviceError">Why it cannot be opened for reading and writing; null when it can.</param>
/// <param name="ProcessorFlag"><c>vmx</c> or <c>svm</c> among the flags of <c>/proc/cpuinfo</c>, or null when it shows neither.</param>
/// <param name="RememberedFailure">Why boots under KVM keep failing on this kernel, or null.</param>
public sealed record AcceleratorFacts(
    bool SameArchitecture, bool DeviceExists, string? DeviceError, string? ProcessorFlag, string? RememberedFailure);
