namespace Rx.Vm.Tests.Packages;

/// <summary>Somebody who has the SDK, QEMU and a feed, and no clone.</summary>
[Slow]
[Collection(PackagesCollection.Name)]
[Trait("Category", "RealVm")]
public sealed class PackageToolTests(PackageFeed feed)
{
    [Fact(Timeout = 900_000)]
    public async Task Installed_from_a_feed_into_an_empty_home_the_tool_sets_itself_up_and_boots_a_machine()
    {
        var ct = TestContext.Current.CancellationToken;
        await feed.PackedAsync(ct);
        var (home, tools) = (feed.At("new-user"), feed.At("new-user", "tools"));
        Directory.CreateDirectory(home);
        Dictionary<string, string?> user = new(feed.Nobody) { ["HOME"] = home, ["DOTNET_CLI_HOME"] = home, ["NUGET_PACKAGES"] = null };

        await Tool.RunAsync(home, user, ["dotnet", "tool", "install", "rxvm", "--tool-path", tools, "--add-source", feed.Folder], ct);
        Assert.Equal(PackageFeed.Version, (await Tool.RunAsync(home, user, [Path.Combine(tools, "rxvm"), "--version"], ct)).Trim().Split('+')[0]);
        var made = await Tool.RunAsync(home, user, [Path.Combine(tools, "rxvm"), "setup"], ct);
        Assert.Contains(Path.Combine(home, ".cache", "rxruntime"), made, StringComparison.Ordinal);

        var said = await Tool.RunAsync(home, user, [Path.Combine(tools, "rxvm"), "run", Snapshot.Locate("examples/hello.json")], ct);
        Assert.StartsWith("hello from a machine of its own\n", said, StringComparison.Ordinal);
    }
}
