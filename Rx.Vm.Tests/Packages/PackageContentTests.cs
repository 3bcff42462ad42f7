using System.Text;
using System.Text.Json;

namespace Rx.Vm.Tests.Packages;

/// <summary>What <c>dotnet pack</c> makes of a tagged commit is what one could publish.</summary>
[Slow]
[Collection(PackagesCollection.Name)]
public sealed class PackageContentTests(PackageFeed feed)
{
    private const int Limit = 900_000;

    private static readonly string[] Ours = ["Rx.Qmp", "Rx.Qmp.Protocol", "Rx.Qmp.Testing", "Rx.Vm", "Rx.Vm.Testing", "rxvm"];

    private static readonly (string Id, string Version)[] StandIns = [("DynamicData", "9.4.0"), ("Microsoft.Reactive.Testing", "7.0.0")];

    [Fact(Timeout = Limit)]
    public async Task The_packages_their_files_and_what_they_depend_on_are_those_of_the_list()
    {
        var ct = TestContext.Current.CancellationToken;
        await feed.PackedAsync(ct);

        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(feed.Folder).Order(StringComparer.Ordinal))
        {
            var package = new Nupkg(path);
            text.Append(package.Id).Append(' ').Append(package["version"]).Append(" (").Append(package.PackageType).Append(")\n");
            Append(text, "depends on", package.Dependencies);
            Append(text, "holds", package.Files);
        }

        Snapshot.AssertFile("Rx.Vm.Tests/Packages/packages.txt", text.ToString());
    }

    [Fact(Timeout = Limit)]
    public async Task Each_package_says_what_it_is_under_which_licence_and_where_it_comes_from()
    {
        var ct = TestContext.Current.CancellationToken;
        await feed.PackedAsync(ct);

        Assert.All(Ours, id =>
        {
            var package = feed.Open(id);
            Assert.Equal("MIT", package["license"]);
            Assert.Contains("qemu", package["tags"].Split(' '));
            Assert.NotEqual("Package Description", package["description"]);
            Assert.NotEmpty(package["description"]);
            Assert.NotEmpty(package["releaseNotes"]);
            Assert.Equal("README.md", package["readme"]);
            Assert.StartsWith("# ", Encoding.UTF8.GetString(package.Read("README.md")), StringComparison.Ordinal);
            Assert.Equal((PackageFeed.Remote + ".git", feed.Commit), package.Repository);
            Assert.Equal(PackageFeed.Remote, package["projectUrl"]);
        });
        Assert.Equal(Ours.Length, Ours.Select(id => feed.Open(id)["description"]).Distinct().Count());
    }

    [Fact(Timeout = Limit)]
    public async Task A_debugger_finds_the_sources_of_every_assembly_at_the_commit_and_no_path_of_the_builder()
    {
        var ct = TestContext.Current.CancellationToken;
        await feed.PackedAsync(ct);

        var assemblies = Ours.Select(id => feed.Open(id))
            .Concat(StandIns.Select(standIn => feed.Open(standIn.Id, standIn.Version)))
            .SelectMany(package => package.OwnAssemblies.Select(assembly => (Package: package, Assembly: assembly)))
            .ToArray();
        Assert.InRange(assemblies.Length, Ours.Length + StandIns.Length, 100);
        Assert.All(assemblies, item =>
        {
            var (sources, links) = item.Package.SymbolsOf(item.Assembly);
            Assert.NotEmpty(sources);
            Assert.All(sources, source => Assert.StartsWith("/_/", source, StringComparison.Ordinal));
            var link = Assert.Single(links);
            Assert.Equal("/_/*", link.Key);
            Assert.Contains(feed.Commit, link.Value, StringComparison.Ordinal);
            Assert.DoesNotContain(feed.Source, Encoding.UTF8.GetString(item.Package.Read(item.Assembly)), StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = Limit)]
    public async Task The_same_commit_packed_at_another_place_gives_the_same_assembly()
    {
        var ct = TestContext.Current.CancellationToken;
        const string project = "Microsoft.Reactive.Testing";
        await feed.PackedAsync(ct);

        var place = feed.At("elsewhere", "a", "longer", "path");
        await feed.GitAsync(feed.Source, ct, "clone", "-q", feed.Source, place);
        await feed.GitAsync(place, ct, "remote", "set-url", "origin", PackageFeed.Remote + ".git");
        await feed.DotnetAsync(
            place, ct, "pack", $"StandIns/{project}/{project}.csproj", "-o", feed.At("again"), "-p:PackStandIns=true", PackageFeed.Unanalyzed);

        var (id, version) = StandIns.Single(standIn => standIn.Id == project);
        var (first, second) = (feed.Open(id, version), feed.Open(id, version, feed.At("again")));
        var assembly = Assert.Single(first.OwnAssemblies);
        Assert.Equal(first.Read(assembly), second.Read(assembly));
    }

    [Fact(Timeout = Limit)]
    public async Task With_the_switch_the_library_is_built_on_the_packages_it_else_has_stand_ins_for()
    {
        var ct = TestContext.Current.CancellationToken;
        await feed.PackedAsync(ct);

        await feed.DotnetAsync(
            feed.Source, ct, "pack", "Rx.Vm/Rx.Vm.csproj", "-o", feed.At("upstream"), "-p:UpstreamPackages=true", PackageFeed.Unanalyzed);

        Assert.Equal(feed.Open("Rx.Vm").Dependencies.Order(StringComparer.Ordinal),
            feed.Open("Rx.Vm", folder: feed.At("upstream")).Dependencies.Order(StringComparer.Ordinal));
        using var restored = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(feed.Source, "Rx.Vm", "obj", "project.assets.json"), ct));
        Assert.Equal("package", restored.RootElement.GetProperty("libraries").GetProperty("DynamicData/9.4.0").GetProperty("type").GetString());
    }

    private static void Append(StringBuilder text, string word, IEnumerable<string> items)
    {
        foreach (var item in items)
        {
            text.Append("  ").Append(word).Append(' ').Append(item).Append('\n');
        }
    }
}
