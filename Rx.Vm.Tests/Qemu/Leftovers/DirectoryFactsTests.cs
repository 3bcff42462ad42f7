using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu.Leftovers;

/// <summary>The judgement over every combination of what can be seen of a directory.</summary>
public sealed class DirectoryFactsTests
{
    private static readonly ProcessIdentity Someone = new(7, 70, 700, "boot");

    private static IEnumerable<DirectoryRecord?> Records { get; } =
    [
        null, Record(WhenProcessDies.Kill, null), Record(WhenProcessDies.Kill, Someone), Record(WhenProcessDies.Keep, null),
        Record(WhenProcessDies.Keep, Someone),
    ];

    [Fact]
    public void Nothing_whose_host_lives_is_a_leftover() => Assert.All(
        Possible().Where(f => f is { InUse: true, HostLives: true, Problem: "" }), f => Assert.Null(f.Judge()));

    [Fact]
    public void Only_what_nothing_holds_and_only_rxvm_filled_is_dead() => Assert.All(
        Possible(), f => Assert.Equal(f is { InUse: false, Stranger: null, Problem: "" }, f.Judge()?.Kind == LeftoverKind.Dead));

    [Fact]
    public void What_could_not_be_looked_at_is_told_and_nothing_is_ended_for_it() => Assert.All(
        Possible().Where(f => f is { InUse: true, HostLives: false, Unseen.Length: > 0, Record: not null }), f =>
        {
            Assert.Equal(LeftoverKind.Unclear, f.Judge()!.Value.Kind);
            Assert.Contains(f.Unseen, f.Judge()!.Value.Detail, StringComparison.Ordinal);
        });

    [Fact]
    public void Only_a_seen_machine_in_its_own_directory_without_a_host_may_be_ended() => Assert.All(
        Possible().Where(f => f.Judge()?.Kind is LeftoverKind.Orphan or LeftoverKind.Kept),
        f =>
        {
            Assert.True(f is { InUse: true, HostLives: false, MachineLives: true, MachineIsHere: true, Problem: "", Unseen: "" });
            Assert.NotNull(f.Record?.Machine);
            Assert.Equal(f.Record.IsKept, f.Judge()!.Value.Kind == LeftoverKind.Kept);
        });

    [Fact]
    public void A_record_that_cannot_be_believed_makes_everything_unclear() => Assert.All(
        Possible().Where(f => f.Problem.Length > 0), f =>
        {
            Assert.Equal(LeftoverKind.Unclear, f.Judge()!.Value.Kind);
            Assert.Contains(f.Problem, f.Judge()!.Value.Detail, StringComparison.Ordinal);
        });

    [Fact]
    public void Every_kind_comes_up() => Assert.Equal(
        Enum.GetValues<LeftoverKind>(), Possible().Select(f => f.Judge()?.Kind).OfType<LeftoverKind>().Distinct().Order());

    private static DirectoryRecord Record(WhenProcessDies dies, ProcessIdentity? machine) =>
        DirectoryRecord.Of("vm", dies, Someone) with { Machine = machine };

    // A problem means that there is no record; a process lives only where a record names it, and is here only if it lives.
    private static IEnumerable<DirectoryFacts> Possible()
    {
        bool[] either = [false, true];
        return from inUse in either
               from stranger in new[] { null, "x" }
               from record in Records
               from problem in record is null ? ["", "it is torn"] : new[] { "" }
               from unseen in new[] { "", "process 7 cannot be looked at" }
               from hostLives in record is null ? [false] : either
               from machineLives in record?.Machine is null ? [false] : either
               from isHere in machineLives ? either : [false]
               select new DirectoryFacts(inUse, stranger, record, problem, unseen, hostLives, machineLives, isHere);
    }
}
