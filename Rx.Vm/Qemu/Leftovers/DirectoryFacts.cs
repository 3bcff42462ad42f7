namespace Rx.Vm.Qemu;

/// <summary>What was seen of one machine's directory, at one moment.</summary>
/// <param name="InUse">Whether its lock is held, by the host that started the machine or by the machine, or the machine lives without it.</param>
/// <param name="Stranger">The name of something in it that no machine makes, or null.</param>
/// <param name="Record">Its record, or null.</param>
/// <param name="Problem">What is wrong with the record; empty when it is sound, and when there is none.</param>
/// <param name="Unseen">Why it can't be told what its processes do; empty when it can.</param>
/// <param name="HostLives">Whether the process that the record names as the host lives.</param>
/// <param name="MachineLives">Whether the process that the record names as the machine lives.</param>
/// <param name="MachineIsHere">Whether that process runs in the directory, or is just ending.</param>
internal sealed record DirectoryFacts(
    bool InUse, string? Stranger, DirectoryRecord? Record, string Problem, string Unseen, bool HostLives, bool MachineLives, bool MachineIsHere)
{
    /// <summary>The judgement, a pure function. Whatever does not fit together is unclear, and so kept.</summary>
    /// <returns>Null for what is no leftover: its host lives.</returns>
    public (LeftoverKind Kind, string Detail)? Judge() => this switch
    {
        { Problem.Length: > 0 } => (LeftoverKind.Unclear, $"its record cannot be believed: {Problem}"),
        { InUse: false, Stranger: { } stranger } =>
            (LeftoverKind.Unclear, $"nothing lives in it, but it holds '{stranger}', which no machine makes"),
        { InUse: false } => (LeftoverKind.Dead, "nothing lives in it"),
        { Record: null } => (LeftoverKind.Unclear, "it is in use, but has no record; an older version's machine has none"),
        { HostLives: true } => null,
        { Unseen.Length: > 0 } => (LeftoverKind.Unclear, $"it is in use, but {Unseen}"),
        { MachineLives: false } =>
            (LeftoverKind.Unclear, "it is in use, but by no process that its record names or that can be seen from here"),
        { MachineIsHere: false } => (LeftoverKind.Unclear, $"its record names process {Record.Machine!.Pid}, which does not run in it"),
        { Record.IsKept: true } => (LeftoverKind.Kept, "it runs on, as it was started to (keep)"),
        _ => (LeftoverKind.Orphan, "it runs, though its host is gone and should have taken it along"),
    };
}
