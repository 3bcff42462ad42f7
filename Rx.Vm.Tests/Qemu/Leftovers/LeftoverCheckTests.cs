using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu.Leftovers;

public sealed class LeftoverCheckTests
{
    [Fact]
    public void No_leftover_is_good() => Assert.Equal(DoctorVerdict.Good, LeftoverCheck.Of([]).Verdict);

    [Fact]
    public void Every_kind_is_told_with_its_remedy()
    {
        var item = LeftoverCheck.Of([.. Enum.GetValues<LeftoverKind>().Select(kind => new Leftover(
            $"vm-{kind}", $"/run/vm-{kind}", kind, kind is LeftoverKind.Orphan or LeftoverKind.Kept ? new(7, 1, 1, "b") : null, "why"))]);

        Assert.Equal(
            ("leftovers", DoctorVerdict.Bearable,
                "1 directory of a dead machine: vm-Dead; 1 running without its host: vm-Orphan (pid 7); "
                + "1 kept running without a host: vm-Kept (pid 7); 1 that cannot be judged: /run/vm-Unclear (why)",
                "rxvm gc; rxvm gc --kept ends machines that were to stay; see what is in the directory, then remove it by hand"),
            (item.Name, item.Verdict, item.Detail, item.Remedy));
    }

    [Fact]
    public void Many_are_counted_and_not_all_named()
    {
        var item = LeftoverCheck.Of(
            [.. Enumerable.Range(0, 500).Select(i => new Leftover($"vm-{i}", $"/run/vm-{i}", LeftoverKind.Dead, null, ""))]);

        Assert.StartsWith("500 directory of a dead machine: vm-0, ", item.Detail, StringComparison.Ordinal);
        Assert.True(item.Detail.Length < 200);
    }
}
