namespace Rx.Vm.Qemu;

/// <summary>One finding about this host.</summary>
/// <param name="Name">What was looked at, one or two words.</param>
/// <param name="Verdict">Good, bearable, or in the way.</param>
/// <param name="Detail">What was found, one sentence.</param>
/// <param name="Remedy">What to do about it; empty when nothing is needed.</param>
public sealed record DoctorItem(string Name, DoctorVerdict Verdict, string Detail, string Remedy = "");
