using System.Security;

namespace Rx.Vm.Tests.Packages;

/// <summary>
/// What a release would publish, in a folder feed: the sources are copied, committed, tagged and given a remote of their own, and packed once
/// for all tests. Whatever is restored comes from that feed and from what this machine has restored before; nothing is downloaded.
/// </summary>
public sealed class PackageFeed : IDisposable
{
    /// <summary>The version that the tag asks for.</summary>
    public const string Version = "9.8.7";

    /// <summary>Never contacted. A host whose links to sources the SDK knows how to write.</summary>
    public const string Remote = "https://github.com/example/rxruntime";

    /// <summary>The analyzers have seen the same sources when the tests were built.</summary>
    public const string Unanalyzed = "-p:RunAnalyzers=false";

    private static readonly string Repository = Snapshot.Locate("");

    private static readonly string[] NotSources = ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    private readonly string _root = Directory.CreateTempSubdirectory("rxvm-packages-").FullName;
    private readonly SemaphoreSlim _once = new(1);
    private string? _commit;

    public PackageFeed()
    {
        // A machine of a root host runs as a user of its own, and a test keeps what it boots from here.
        File.SetUnixFileMode(_root, File.GetUnixFileMode(_root) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Folder => At("feed");

    /// <summary>The copy that was packed.</summary>
    public string Source => At("source");

    /// <summary>The commit that was packed.</summary>
    public string Commit => _commit!;

    /// <summary>The environment of somebody who has nothing yet: no home, no settings, no packages but this machine's.</summary>
    internal Dictionary<string, string?> Nobody => new()
    {
        ["HOME"] = At("home"), ["DOTNET_CLI_HOME"] = At("home"), ["NUGET_PACKAGES"] = At("packages"),
        ["XDG_CACHE_HOME"] = null, ["XDG_CONFIG_HOME"] = null, ["XDG_DATA_HOME"] = null, ["XDG_STATE_HOME"] = null,
        ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        // What stays behind a build would keep the streams of this test open.
        ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false",
    };

    /// <summary>A place that goes with the feed.</summary>
    public string At(params string[] names) => Path.Combine([_root, .. names]);

    /// <summary>Packs if nobody has yet.</summary>
    internal async Task PackedAsync(CancellationToken ct)
    {
        await _once.WaitAsync(ct);
        try
        {
            if (_commit is null)
            {
                Directory.CreateDirectory(Folder);
                Directory.CreateDirectory(At("home"));
                await File.WriteAllTextAsync(At("NuGet.config"), Settings(), ct);
                Copy(new DirectoryInfo(Repository), Source);
                var commit = await CommitAsync(ct);
                await DotnetAsync(Source, ct, ["pack", "Packages.slnf", "-o", Folder, "-p:PackStandIns=true", Unanalyzed, .. GivenInit()]);
                _commit = commit;
            }
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>The package of that name.</summary>
    internal Nupkg Open(string id, string version = Version, string? folder = null) =>
        new(Path.Combine(folder ?? Folder, $"{id}.{version}.nupkg"));

    /// <summary>Runs one of the SDK's commands that build.</summary>
    internal Task<string> DotnetAsync(string folder, CancellationToken ct, params string[] arguments)
    {
        string[] command = [arguments[0], "-c", "Release", "--nologo", "-v", "quiet", "-nodeReuse:false", .. arguments[1..]];
        return Tool.RunAsync(folder, Nobody, ["dotnet", .. command], ct);
    }

    internal Task<string> GitAsync(string folder, CancellationToken ct, params string[] arguments) =>
        Tool.RunAsync(folder, Nobody, ["git", "-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", .. arguments], ct);

    public void Dispose()
    {
        _once.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private async Task<string> CommitAsync(CancellationToken ct)
    {
        await GitAsync(Source, ct, "init", "-q");
        await GitAsync(Source, ct, "add", "--all");
        await GitAsync(Source, ct, "commit", "-q", "-m", "What is released");
        await GitAsync(Source, ct, "tag", $"v{Version}");
        await GitAsync(Source, ct, "remote", "add", "origin", $"{Remote}.git");
        return (await GitAsync(Source, ct, "rev-parse", "HEAD")).Trim();
    }

    // The one that the machines of the tests boot, if ./rx made it: to make another takes a minute.
    private static string[] GivenInit()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var init = Path.Combine(cache, "rxruntime", "setup", "rxvm-init");
        return File.Exists(init) ? [$"-p:GuestInit={init}"] : [];
    }

    private string Settings()
    {
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{SecurityElement.Escape(Folder)}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="machine" value="{SecurityElement.Escape(machine)}" /></fallbackPackageFolders>
            </configuration>
            """;
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in from.EnumerateFileSystemInfos().Where(entry => !NotSources.Contains(entry.Name)))
        {
            var target = Path.Combine(to, entry.Name);
            if (entry is DirectoryInfo folder)
            {
                Copy(folder, target);
            }
            else
            {
                File.Copy(entry.FullName, target);
            }
        }
    }
}

/// <summary>After all others, one by one: each of these keeps all processors busy.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PackagesCollection : ICollectionFixture<PackageFeed>
{
    /// <summary>Its name.</summary>
    public const string Name = "Packages";
}
