using Rx.Vm.Guest.Wire;
using Rx.Vm.Init.Rules;
using Rx.Vm.Pods;
using PodRules = Rx.Vm.Init.Rules.PodRules;
using ProcessRules = Rx.Vm.Init.Rules.ProcessRules;

namespace Rx.Vm.Tests.Init.Rules;

/// <summary>One good pod, and what must be refused one change at a time. Every refusal is a sentence that names the culprit.</summary>
public class PodRulesTests
{
    [Fact]
    public void A_good_pod_passes()
    {
        Assert.Null(PodRules.Judge(Pod(Container())));
        Assert.Null(PodRules.Judge(Pod(Container("a", 1, 2), Container("b", 3, 4))));
    }

    [Fact]
    public void Optional_things_may_be_absent_or_at_their_limit()
    {
        Assert.Null(PodRules.Judge(Pod(Container(c => c with { Stderr = null, Terminal = true, Workdir = "" }))));
        Assert.Null(PodRules.Judge(Pod(Container(c => c with { Stderr = 0 }))));
        Assert.Null(PodRules.Judge(Pod(Container(c => c with { Serial = "", Image = "sda" }))));
        Assert.Null(PodRules.Judge(Pod(Container(c => c with { Rootfs = "rootfs/a-b_c.d" }))));
        Assert.Null(PodRules.Judge(Pod(Container(new string('x', 64), 1, 2)) with { Hostname = new('h', 64) }));
        Assert.Null(PodRules.Judge(Pod([.. Enumerable.Range(1, 64).Select(i => Container($"c{i}", (ulong)i, 100 + (ulong)i))])));
    }

    [Fact]
    public void The_pod_itself_is_judged()
    {
        AssertRefused("1 to 64 containers", Pod());
        AssertRefused("1 to 64 containers", Pod([.. Enumerable.Repeat(Container(), 65)]));
        AssertRefused("host name", Pod(Container()) with { Hostname = new('h', 65) });
        AssertRefused("host name", Pod(Container()) with { Hostname = new('ä', 33) });
        AssertRefused("host name", Pod(Container()) with { Hostname = "a\nb" });
        AssertRefused("object", Pod([null!]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void An_id_that_is_none_is_refused(string id) => AssertRefused("object with an id", Pod(Container(id, 1, 2)));

    [Fact]
    public void Ids_and_sessions_are_used_once()
    {
        AssertRefused("container a is declared twice", Pod(Container("a", 1, 2), Container("a", 3, 4)));
        AssertRefused("container b: session 2 is used twice", Pod(Container("a", 1, 2), Container("b", 2, 3)));
        AssertRefused("container b: session 1 is used twice", Pod(Container("a", 1, 2), Container("b", 3, 1)));
        AssertRefused("container a: session 1 is used twice", Pod(Container("a", 1, 1)));
        AssertRefused("container a: session 0", Pod(Container("a", 0, 1)));
    }

    [Fact]
    public void The_root_disk_is_judged()
    {
        AssertRefused("not named", Pod(Container(c => c with { Serial = null })));
        AssertRefused("serial", Pod(Container(c => c with { Serial = new('s', 37) })));
        AssertRefused("serial", Pod(Container(c => c with { Serial = "a\u0001" })));
        AssertRefused("image", Pod(Container(c => c with { Serial = null, Image = "../sda" })));
        AssertRefused("image", Pod(Container(c => c with { Serial = null, Image = new('a', 33) })));
        AssertRefused("fstype", Pod(Container(c => c with { FsType = null })));
        AssertRefused("fstype", Pod(Container(c => c with { FsType = "" })));
        AssertRefused("fstype", Pod(Container(c => c with { FsType = "ext4,ro" })));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a,b")]
    [InlineData("a:b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    public void A_rootfs_that_could_mean_something_else_is_refused(string rootfs) =>
        AssertRefused("rootfs", Pod(Container(c => c with { Rootfs = rootfs })));

    [Fact]
    public void Command_environment_and_directory_are_judged()
    {
        AssertRefused("command is empty", Pod(Container(c => c with { Cmd = [] })));
        AssertRefused("command is empty", Pod(Container(c => c with { Cmd = [""] })));
        AssertRefused("argument", Pod(Container(c => c with { Cmd = ["a", "b\0c"] })));
        AssertRefused("argument", Pod(Container(c => c with { Cmd = ["a", null!] })));
        AssertRefused("argument", Pod(Container(c => c with { Cmd = [new('x', ProcessLimits.Text + 1)] })));
        var many = Enumerable.Repeat("x", ProcessRules.MaxStrings + 1);
        AssertRefused("arguments or variables", Pod(Container(c => c with { Cmd = [.. many] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [new("", "x")] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [new("A=B", "x")] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [new("A", "x\0")] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [new("A", null!)] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [null!] })));
        AssertRefused("variable", Pod(Container(c => c with { Envs = [new("A", new('x', ProcessLimits.Text - 1))] })));
        AssertRefused("working directory", Pod(Container(c => c with { Workdir = "tmp" })));
        AssertRefused("working directory", Pod(Container(c => c with { Workdir = "/a\0" })));
        AssertRefused("working directory", Pod(Container(c => c with { Workdir = "/" + new string('x', ProcessLimits.Path) })));
    }

    [Fact]
    public void User_and_groups_are_judged()
    {
        AssertRefused("user", Pod(Container(c => c with { User = "a:b" })));
        AssertRefused("user", Pod(Container(c => c with { User = "a\n" })));
        AssertRefused("user", Pod(Container(c => c with { User = new('u', 257) })));
        AssertRefused("group", Pod(Container(c => c with { Group = "a:b" })));
        AssertRefused("additional group", Pod(Container(c => c with { AdditionalGroups = [""] })));
        AssertRefused("additional group", Pod(Container(c => c with { AdditionalGroups = [null!] })));
        AssertRefused("additional group", Pod(Container(c => c with { AdditionalGroups = [.. Enumerable.Repeat("1", 1025)] })));
    }

    [Fact]
    public void An_exec_is_judged_by_the_same_rules()
    {
        var good = new ExecPayload { Container = "a", Seq = 5, Cmd = ["ls"] };
        Assert.Null(ProcessRules.JudgeExec(good));
        Assert.Contains("session 0", ProcessRules.JudgeExec(good with { Seq = 0 }), StringComparison.Ordinal);
        Assert.Contains("session 5", ProcessRules.JudgeExec(good with { Stderr = 5 }), StringComparison.Ordinal);
        Assert.Contains("command", ProcessRules.JudgeExec(good with { Cmd = [] }), StringComparison.Ordinal);
        Assert.Contains("working directory", ProcessRules.JudgeExec(good with { Workdir = "x" }), StringComparison.Ordinal);
        Assert.Contains("user", ProcessRules.JudgeExec(good with { User = ":" }), StringComparison.Ordinal);
        Assert.Contains("variable", ProcessRules.JudgeExec(good with { Envs = [new("=", "")] }), StringComparison.Ordinal);
    }

    private static PodPayload Pod(params ContainerPayload[] containers) => new() { Hostname = "pod", Containers = containers };

    private static ContainerPayload Container(string id = "web", ulong tty = 1, ulong stderr = 2) =>
        new() { Id = id, FsType = "squashfs", Serial = "rx-web", Tty = tty, Stderr = stderr, Cmd = ["/bin/true"] };

    private static ContainerPayload Container(Func<ContainerPayload, ContainerPayload> change) => change(Container());

    private static void AssertRefused(string culprit, PodPayload pod) =>
        Assert.Contains(culprit, PodRules.Judge(pod), StringComparison.Ordinal);
}
