namespace Rx.Vm.Cli.Running;

/// <summary>What <c>rxvm run</c> was asked for.</summary>
/// <param name="Spec">The spec's path, or <c>-</c> for standard input.</param>
/// <param name="EventsPath">Where each published state is written as a JSON line; null writes none.</param>
/// <param name="Interactive">Whether standard input is forwarded.</param>
/// <param name="Timeout">How long the run may take; null is unlimited.</param>
/// <param name="Verbose">Whether lifecycle lines and logs are written to standard error.</param>
/// <param name="Driver">What runs the machine.</param>
/// <param name="Machine">The machine.</param>
internal sealed record RunSettings(
    string Spec, string? EventsPath, bool Interactive, TimeSpan? Timeout, bool Verbose, MachineDriver Driver, VmOptions Machine)
{
    /// <summary>The files that the events must not be written into, each with what names it.</summary>
    public IEnumerable<(string Name, string? Path)> OtherFiles =>
    [
        ("--journal", Machine.JournalPath), ("the spec", Spec == "-" ? "/dev/stdin" : Spec), ("--kernel", Machine.KernelPath), ("--initrd", Machine.InitrdPath),
    ];
}
