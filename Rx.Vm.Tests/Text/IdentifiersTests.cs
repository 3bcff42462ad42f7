using Rx.Qmp;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Images;
using Rx.Vm.Journal;
using Rx.Vm.Pods;
using Rx.Vm.Qemu;
using Rx.Vm.Text;
using InitRules = Rx.Vm.Init.Rules.PodRules;

namespace Rx.Vm.Tests.Text;

/// <summary>One rule for ids: every door that takes one agrees with it, on the host and in the guest.</summary>
public class IdentifiersTests
{
    private static readonly Dictionary<string, Func<string, bool>> Doors = new()
    {
        ["pod"] = id => Passes<PodSpecException>(() => Pod(id, "web").Validate()),
        ["container"] = id => Passes<PodSpecException>(() => Pod("pod", id).Validate()),
        ["exec"] = id => Passes<PodSpecException>(() => ProcessRules.CheckExec(id, ["x"], new ExecOptions())),
        ["machine"] = id => Passes<RxVmException>(() => new VmOptions { Id = id }.Validate()),
        ["machine's specification"] = id => MachineSpecRules.Broken(new() { Id = id, KernelPath = "/k", InitrdPath = "/i" }) is null,
        ["machine's directory"] = id => Passes<VmDirectoryException>(() => MachineSpecRules.CheckId(id)),
        ["image"] = id => Passes<ImageException>(() => ImageReference.Parse(id)) && !ImageReference.Parse(id).IsPath,
        ["journal"] = id => JournalJsonReader.ReadHeader(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { vm = id })) is not null,
        ["device, node or job of QEMU"] = id => Passes<ArgumentException>(() => QmpId.Check(id, nameof(id))),
        ["init"] = id => InitRules.Judge(new PodPayload
        {
            Containers = [new() { Id = id, Serial = "a", FsType = "squashfs", Tty = 1, Cmd = ["x"] }],
        }) is null,
    };

    public static TheoryData<string> Names => [.. Doors.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_door_keeps_to_the_rule(string door)
    {
        string[] good = ["a", "Z", "0", "a.b_c-d", new('x', 64)];
        string[] bad =
        [
            "", "-a", "_a", ".", "..", ".a", "a b", "a\n", "\na", "a\0", "a,b", "a=b", "ä", "а", "ａ", "a\u200b", "\ud800", "\u001b[2J", new('x', 65),
            new('x', 100_000),
        ];

        Assert.All(good, id => Assert.True(Identifiers.IsValid(id) && Doors[door](id), id));
        Assert.All(bad, id => Assert.False(Identifiers.IsValid(id) || Doors[door](id), CleanText.Quote(id)));
        Assert.False(Identifiers.IsValid(null));
    }

    [Fact]
    public void The_complaint_says_the_rule_and_harms_nobody()
    {
        var complaint = Identifiers.Complaint("\u001b[2J" + new string('x', 1000));

        Assert.Contains(Identifiers.Rule, complaint, StringComparison.Ordinal);
        Assert.InRange(complaint.Length, 50, 250);
        Assert.DoesNotContain(complaint, char.IsControl);
    }

    // A letter that is a fifth rarer, as by the remainder of a byte, is eight standard deviations off.
    [Fact]
    public void Ids_that_are_made_up_draw_every_letter_evenly_and_are_never_the_same()
    {
        const int Count = 10_000;
        var ids = Enumerable.Range(0, Count).Select(_ => VmHost.NewId("vm-")).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Count, ids.Count);
        Assert.All(ids, id => Assert.True(Identifiers.IsValid(id) && id.Length == 13, id));
        var letters = ids.SelectMany(id => id[3..]).CountBy(letter => letter).ToArray();
        Assert.Equal(52, letters.Length);
        var mean = Count * 10 / 52.0;
        Assert.All(letters, letter => Assert.InRange(letter.Value, mean - 6 * Math.Sqrt(mean), mean + 6 * Math.Sqrt(mean)));
    }

    private static PodSpec Pod(string id, string name) =>
        new() { Id = id, Containers = [new ContainerSpec { Name = name, Image = "b", Command = ["x"] }] };

    private static bool Passes<T>(Action judge)
        where T : Exception
    {
        try
        {
            judge();
            return true;
        }
        catch (T)
        {
            return false;
        }
    }
}
