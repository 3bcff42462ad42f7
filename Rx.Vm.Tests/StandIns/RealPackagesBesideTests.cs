using System.Diagnostics;

namespace Rx.Vm.Tests.StandIns;

/// <summary>
/// An application that uses Rx.Vm and has the real DynamicData and Microsoft.Reactive.Testing beside it. Feeds that lack them cannot give
/// them, so assemblies of the same identity stand in: later versions, with the strong name where the real one has it, that hold what the
/// stand-ins hold and one type more.
/// </summary>
[Slow]
public sealed class RealPackagesBesideTests : IDisposable
{
    private static readonly string StandIns = Path.Combine(Path.GetDirectoryName(Snapshot.Locate("RxRuntime.sln"))!, "StandIns");
    private static readonly string Libraries = AppContext.BaseDirectory;

    private readonly string _folder = Directory.CreateTempSubdirectory("rxvm-beside-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("DynamicData", "")]
    [InlineData("Microsoft.Reactive.Testing", "94bc3704cddfc263")]
    public void A_stand_in_has_the_strong_name_of_its_original(string name, string token)
    {
        var identity = System.Reflection.AssemblyName.GetAssemblyName(Path.Combine(Libraries, $"{name}.dll"));
        Assert.Equal((name, token), (identity.Name, Convert.ToHexStringLower(identity.GetPublicKeyToken() ?? [])));
    }

    [Slow]
    [Fact(Timeout = 600_000)]
    public async Task An_application_with_the_real_packages_beside_compiles_and_sees_one_type()
    {
        var ct = TestContext.Current.CancellationToken;

        // Nothing of the repository's build may reach in here.
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        Write("nuget.config", "<configuration><packageSources><clear /></packageSources></configuration>");
        Real("DynamicData", "9.99.0.0", signing: "");
        Real("Microsoft.Reactive.Testing", "7.99.0.0", $"""
            <SignAssembly>true</SignAssembly>
            <PublicSign>true</PublicSign>
            <AssemblyOriginatorKeyFile>{StandIns}/Microsoft.Reactive.Testing/ReactiveX.PublicKey.snk</AssemblyOriginatorKeyFile>
            """);
        Write("App/App.csproj", Project("App", """
            <OutputType>Exe</OutputType>
            <UseAppHost>false</UseAppHost>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            """, $"""
            {Reference("Rx.Vm", "Rx.Vm.Testing", "Rx.Qmp", "Rx.Qmp.Testing", "System.Reactive", "Serilog", "Microsoft.Extensions.Logging.Abstractions")}
            <ProjectReference Include="../DynamicData/DynamicData.csproj" />
            <ProjectReference Include="../Microsoft.Reactive.Testing/Microsoft.Reactive.Testing.csproj" />
            """));
        Write("App/Program.cs", """
            using System.Reactive.Linq;
            using DynamicData;
            using Microsoft.Reactive.Testing;
            using Rx.Vm;
            using Rx.Vm.Lifecycle;
            using Rx.Vm.Testing;

            // One type each: what the libraries give is what the packages' own operators take.
            var driver = new SimulatedDriver(System.Reactive.Concurrency.DefaultScheduler.Instance);
            await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver });
            IObservableCache<VmState, string> fleet = host.Vms;
            using var running = fleet.Connect().Filter(vm => vm.Phase == VmPhase.Running).QueryWhenChanged(query => query.Count).Subscribe();
            Marble.Run(m =>
            {
                TestScheduler scheduler = m.Scheduler;
                ITestableObserver<long> observer = scheduler.CreateObserver<long>();
                Observable.Timer(TimeSpan.FromTicks(5), scheduler).Subscribe(observer);
                m.Expect(m.Cold("a|")).ToBe("a|");
            });
            Console.WriteLine(typeof(IObservableCache<VmState, string>).Assembly == typeof(OnlyInTheRealDynamicData).Assembly);
            Console.WriteLine(typeof(TestScheduler).Assembly == typeof(OnlyInTheRealMicrosoftReactiveTesting).Assembly);
            Console.WriteLine(string.Join(" ", AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName())
                .Where(a => a.Name is "DynamicData" or "Microsoft.Reactive.Testing").Select(a => $"{a.Name} {a.Version}").Order()));
            """);

        var build = await RunAsync(["build", "App/App.csproj", "-v", "q", "--nologo", "-p:UseSharedCompilation=false", "-nodeReuse:false"], ct);
        Assert.True(build.Code == 0 && build.Text.Contains("0 Warning(s)", StringComparison.Ordinal), build.Text);
        var run = await RunAsync(["App/bin/Debug/net10.0/App.dll"], ct);
        Assert.Equal("True\nTrue\nDynamicData 9.99.0.0 Microsoft.Reactive.Testing 7.99.0.0\n", run.Text);
    }

    // What the stand-in holds and a type to know it by.
    private void Real(string name, string version, string signing)
    {
        Write($"{name}/{name}.csproj", Project(name, $"""
            <AssemblyVersion>{version}</AssemblyVersion>
            <NoWarn>CS1591</NoWarn>
            {signing}
            """, $"""
            <Compile Include="{StandIns}/{name}/**/*.cs" Exclude="{StandIns}/{name}/obj/**;{StandIns}/{name}/bin/**" />
            {Reference("System.Reactive")}
            """));
        Write($"{name}/Marker.cs", $"namespace {name};\npublic static class OnlyInTheReal{name.Replace(".", "", StringComparison.Ordinal)};\n");
    }

    private static string Project(string name, string properties, string items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <LangVersion>14.0</LangVersion>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <AssemblyName>{name}</AssemblyName>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;

    private static string Reference(params string[] names) =>
        string.Concat(names.Select(name => $"""<Reference Include="{name}" HintPath="{Path.Combine(Libraries, name)}.dll" />"""));

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private async Task<(int Code, string Text)> RunAsync(string[] arguments, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(ct);
            var text = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, text + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
