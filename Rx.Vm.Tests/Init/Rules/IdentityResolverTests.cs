using System.Text;
using Rx.Vm.Init.Rules;

namespace Rx.Vm.Tests.Init.Rules;

public class IdentityResolverTests
{
    private const string Passwd =
        "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/home/app:/bin/sh\nodd:x:7:7::relative:/bin/sh\n1000:x:55:56::/trap:/bin/sh\n";

    private const string Group =
        "root:x:0:\nwheel:x:10:root,app\napp:x:1001:\nextra:x:2000:app\n20:x:777:\nself:x:1002:\n";

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("root")]
    public void No_user_is_root_with_the_groups_that_list_root(string? user) =>
        AssertIdentity(new(0, 0, [10], "/root"), Resolve(user));

    [Fact]
    public void A_name_brings_primary_group_home_and_memberships() =>
        AssertIdentity(new(1000, 1001, [10, 2000], "/home/app"), Resolve("app"));

    [Fact]
    public void A_name_that_looks_like_a_number_wins_over_the_number() =>
        AssertIdentity(new(55, 56, [], "/trap"), Resolve("1000"));

    [Fact]
    public void A_number_finds_its_entry() => AssertIdentity(new(7, 7, [], "/"), Resolve("7"));

    [Fact]
    public void A_number_without_entry_runs_with_group_0_in_the_root_directory() =>
        AssertIdentity(new(4711, 0, [], "/"), Resolve("4711"));

    [Fact]
    public void A_home_that_is_not_absolute_is_the_root_directory() => Assert.Equal("/", Resolve("odd").Home);

    [Fact]
    public void A_group_replaces_the_primary_one_by_name_or_number()
    {
        Assert.Equal(2000u, Resolve("app", "extra").Gid);
        Assert.Equal(4242u, Resolve("app", "4242").Gid);
        Assert.Equal(777u, Resolve("app", "20").Gid);
    }

    [Fact]
    public void Additional_groups_join_ascending_and_once() =>
        Assert.Equal([10u, 500u, 1002u, 2000u], Resolve("app", null, "self", "500", "wheel", "500").Groups);

    [Theory]
    [InlineData("ghost", null, null, "user 'ghost'")]
    [InlineData("-1", null, null, "user '-1'")]
    [InlineData("4294967295", null, null, "user '4294967295'")]
    [InlineData("app", "ghosts", null, "group 'ghosts'")]
    [InlineData("app", null, "ghosts", "group 'ghosts'")]
    public void What_does_not_exist_is_named(string user, string? group, string? additional, string culprit)
    {
        Assert.False(IdentityResolver.TryResolve(
            Bytes(Passwd), Bytes(Group), user, group, additional is null ? [] : [additional], out _, out var error));
        Assert.Contains(culprit, error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_without_account_files_runs_root_and_numbers_but_no_names()
    {
        Assert.True(IdentityResolver.TryResolve([], [], "", "", [], out var root, out _));
        AssertIdentity(new(0, 0, [], "/"), root);
        Assert.True(IdentityResolver.TryResolve([], [], "12", "13", ["14"], out var numbers, out _));
        AssertIdentity(new(12, 13, [14], "/"), numbers);
        Assert.False(IdentityResolver.TryResolve([], [], "root", null, [], out _, out _));
    }

    [Fact]
    public void A_user_in_very_many_groups_joins_only_as_many_as_a_process_may()
    {
        var many = string.Concat(Enumerable.Range(1, 5000).Select(i => $"g{i}:x:{i}:app\n"));
        Assert.True(IdentityResolver.TryResolve(Bytes(Passwd), Bytes(many), "app", null, [], out var identity, out _));
        Assert.Equal(IdentityResolver.MaxGroups, identity.Groups.Length);
    }

    private static Identity Resolve(string? user, string? group = null, params string[] additional)
    {
        var found = IdentityResolver.TryResolve(Bytes(Passwd), Bytes(Group), user, group, additional, out var identity, out var error);
        Assert.True(found, error);
        return identity;
    }

    private static void AssertIdentity(Identity expected, Identity actual)
    {
        Assert.Equal((expected.Uid, expected.Gid, expected.Home), (actual.Uid, actual.Gid, actual.Home));
        Assert.Equal(expected.Groups, actual.Groups);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
