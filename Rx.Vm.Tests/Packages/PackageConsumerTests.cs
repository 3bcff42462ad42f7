using Rx.Qmp.Tests;

namespace Rx.Vm.Tests.Packages;

/// <summary>Programs outside of the repository that have nothing but the packages: built without a warning, then run.</summary>
[Slow]
[Collection(PackagesCollection.Name)]
[Trait("Category", "RealVm")]
public sealed class PackageConsumerTests(PackageFeed feed)
{
    private const int Limit = 900_000;

    // As the compilers and the linker write one.
    private const string Warning = @"warning [A-Z]+\d+";

    private static readonly Dictionary<string, string?> Own = [];

    [Fact(Timeout = Limit)]
    public async Task A_plain_console_project_with_the_first_lines_of_the_README_builds_without_a_warning_and_runs_a_pod()
    {
        var ct = TestContext.Current.CancellationToken;
        var project = await WriteAsync(ct, "First", "Rx.Vm", FirstCode("README.md"));

        await BuildAsync(project, ct);

        var said = await Tool.RunAsync(project, Own, [Path.Combine(project, "bin", "Release", "net10.0", "First")], ct);
        Assert.Contains(" Running ", said, StringComparison.Ordinal);
        Assert.Contains("\n0\n", said, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_plain_console_project_with_the_first_page_of_the_QMP_client_builds_without_a_warning_and_talks_to_QEMU()
    {
        var ct = TestContext.Current.CancellationToken;
        var page = FirstCode("Rx.Qmp/README.md");
        Assert.Contains("(path)", page, StringComparison.Ordinal);
        var project = await WriteAsync(ct, "Page", "Rx.Qmp", page.Replace("(path)", "(args[0])", StringComparison.Ordinal));

        await BuildAsync(project, ct);

        using var qemu = new QemuUnderTest();
        var said = await Tool.RunAsync(project, Own, [Path.Combine(project, "bin", "Release", "net10.0", "Page"), qemu.SocketPath], ct);
        Assert.Matches(@"^QEMU \d+\.\d+.* is prelaunch\n", said);
    }

    [Fact(Timeout = Limit)]
    public async Task The_embedding_example_is_compiled_ahead_of_time_without_a_warning_and_runs_a_pod()
    {
        var ct = TestContext.Current.CancellationToken;
        // Of the libraries everything is compiled, not only what the example reaches.
        const string native = """
              <PropertyGroup>
                <PublishAot>true</PublishAot>
                <IlcTreatWarningsAsErrors>true</IlcTreatWarningsAsErrors>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <InvariantGlobalization>true</InvariantGlobalization>
                <CppCompilerAndLinker>gcc</CppCompilerAndLinker>
              </PropertyGroup>
              <ItemGroup>
                <TrimmerRootAssembly Include="Rx.Vm" />
                <TrimmerRootAssembly Include="Rx.Qmp" />
              </ItemGroup>

            """;
        var project = await WriteAsync(ct, "Native", "Rx.Vm", Snapshot.Read("examples/Embedding/Program.cs"), native);

        var words = await feed.DotnetAsync(project, ct, "publish", "-r", "linux-x64", "-o", Path.Combine(project, "out"));

        Assert.DoesNotMatch(Warning, words);
        Assert.False(File.Exists(Path.Combine(project, "out", "Native.dll")));
        var said = await Tool.RunAsync(project, Own, [Path.Combine(project, "out", "Native")], ct);
        Assert.Contains("> hello", said, StringComparison.Ordinal);
        Assert.Contains("exit code 0,", said, StringComparison.Ordinal);
    }

    private static string FirstCode(string document) => Snapshot.Read(document).Split("```csharp\n")[1].Split("```")[0];

    // What 'dotnet new console' and 'dotnet add package' write, with warnings as errors.
    private async Task<string> WriteAsync(CancellationToken ct, string name, string package, string program, string more = "")
    {
        await feed.PackedAsync(ct);
        var folder = feed.At(name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{PackageFeed.Version}" />
              </ItemGroup>
            {more}</Project>
            """, ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program, ct);
        return folder;
    }

    private async Task BuildAsync(string project, CancellationToken ct)
    {
        // With the analyzers that such a project has.
        var words = await feed.DotnetAsync(project, ct, "build");
        Assert.DoesNotMatch(Warning, words);
    }
}
