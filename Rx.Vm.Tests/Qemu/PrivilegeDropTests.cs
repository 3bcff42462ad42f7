using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Qemu;

public sealed class PrivilegeDropTests
{
    private const ulong All = ulong.MaxValue;

    [Fact]
    public void Drop_With_capabilities_empties_every_set_before_the_program()
    {
        var (program, arguments) = PrivilegeDrop.Wrap("/q", ["-a", "--b"], All, "/s", null)!.Value;

        Assert.Equal("/s", program);
        string[] drop = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", "--"];
        Assert.Equal([.. drop, "/q", "-a", "--b"], arguments);
    }

    [Fact]
    public void Drop_A_named_user_loses_its_groups_too()
    {
        var arguments = PrivilegeDrop.Wrap("/q", [], All, "/s", new QemuUser(1000, 1001))!.Value.Arguments;

        Assert.Equal(["--reuid=1000", "--regid=1001", "--clear-groups", "--", "/q"], arguments[4..]);
    }

    [Fact]
    public void Drop_A_named_user_keeps_the_group_of_the_accelerator_and_no_other() => Assert.Equal(
        ["--reuid=1000", "--regid=1001", "--groups=104", "--", "/q"],
        PrivilegeDrop.Wrap("/q", [], All, "/s", new QemuUser(1000, 1001), 104)!.Value.Arguments[4..]);

    [Theory]
    [InlineData("open to all", 0x1b6, 0u, 104u, true, null)]
    [InlineData("of a group", 0x1b0, 0u, 104u, true, 104u)]
    [InlineData("of root alone", 0x180, 0u, 0u, false, null)]
    [InlineData("of the group of root", 0x1b0, 0u, 0u, false, null)]
    [InlineData("of a group that may not write", 0x1a0, 0u, 104u, false, null)]
    [InlineData("its own", 0x180, 1000u, 0u, true, null)]
    [InlineData("of its own group", 0x1b0, 0u, 1000u, true, null)]
    public void Drop_The_device_is_judged_for_who_will_open_it(string device, int mode, uint owner, uint group, bool opens, uint? kept) =>
        Assert.True((opens, kept) == PrivilegeDrop.DeviceAccess(new QemuUser(1000, 1000), mode, owner, group), device);

    [Theory]
    [InlineData(1ul << 5)]
    [InlineData(1ul << 6)]
    [InlineData(1ul << 7)]
    public void Drop_A_user_is_not_changed_without_the_capability_for_it(ulong lacking)
    {
        Assert.Null(PrivilegeDrop.Wrap("/q", [], All & ~lacking, "/s", new QemuUser(1, 1)));
        Assert.Equal("/s", PrivilegeDrop.Wrap("/q", [], All & ~lacking, "/s", null)!.Value.Program);
    }

    [Theory]
    [InlineData(0ul, "/s")]
    [InlineData(~(1ul << 8), "/s")]
    [InlineData(All, null)]
    public void Drop_Where_it_is_impossible_the_program_runs_as_it_is_but_never_as_the_wrong_user(ulong capabilities, string? setPriv)
    {
        var (program, arguments) = PrivilegeDrop.Wrap("/q", ["-a"], capabilities, setPriv, null)!.Value;

        Assert.Equal("/q", program);
        Assert.Equal(["-a"], arguments);
        Assert.Null(PrivilegeDrop.Wrap("/q", ["-a"], capabilities, setPriv, new QemuUser(1, 1)));
    }
}
