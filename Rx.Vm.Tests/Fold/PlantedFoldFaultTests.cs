using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Fold;

/// <summary>
/// The search has teeth: with a planted fault it breaks off at the law that is meant to catch it. The folds and the search are compiled together
/// in memory, with one place changed; public types are those of the library itself.
/// </summary>
[Slow]
public class PlantedFoldFaultTests(ITestOutputHelper output)
{
    private static readonly string[] Folders = ["Rx.Vm/Machines", "Rx.Vm/Pods/Folds", "Rx.Vm/Devices", "Rx.Vm/Fold", "Rx.Vm.Tests/Fold/Search"];

    private static readonly string Root = Path.GetDirectoryName(Snapshot.Locate("RxRuntime.sln"))!;

    public static TheoryData<string> Names => [.. PlantedFoldFaults.All.Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_fault_is_caught_by_its_law(string name)
    {
        var fault = PlantedFoldFaults.All.Single(planted => planted.Name == name);
        var context = new AssemblyLoadContext(name, isCollectible: true);
        try
        {
            var (law, where) = Search(context.LoadFromStream(Compile(fault)), fault.World);
            output.WriteLine($"{law}: {where}");
            Assert.Equal($"{fault.Caught}", law);
        }
        finally
        {
            context.Unload();
        }
    }

    [Fact]
    public void Every_law_of_the_composition_has_a_fault_that_it_catches() => Assert.Equal(
        Enum.GetValues<Law>().Except([Law.None, Law.Width, Law.WorkHasDeadline]),
        PlantedFoldFaults.All.Select(fault => fault.Caught).Distinct().Order());

    private static (string Law, string Where) Search(Assembly folds, string world)
    {
        var worlds = folds.GetType(typeof(Worlds).FullName!)!;
        var run = folds.GetType(typeof(TreeSearch).FullName!)!.GetMethod(nameof(TreeSearch.Run))!;
        var search = run.Invoke(null, [worlds.GetProperty(world)!.GetValue(null), 1, 200_000])!;
        var broken = search.GetType().GetProperty(nameof(TreeSearch.Broken))!.GetValue(search);
        return broken is null ? ("none", "") : ($"{Of(broken, nameof(Breach.Law))}", $"{Of(broken, nameof(Breach.Where))}");
    }

    private static object? Of(object breach, string property) => breach.GetType().GetProperty(property)!.GetValue(breach);

    private static MemoryStream Compile(PlantedFoldFault fault)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = Folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs")).Order(StringComparer.Ordinal)
            .Select(path => CSharpSyntaxTree.ParseText(Changed(path, fault), parse, path))
            .Append(CSharpSyntaxTree.ParseText(
                "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading;", parse));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => path.EndsWith(".dll", StringComparison.Ordinal) && Path.GetFileName(path) is var file
                && (file.StartsWith("System.", StringComparison.Ordinal) || file is "Rx.Vm.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        var image = new MemoryStream();
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var emitted = CSharpCompilation.Create("folds", trees, references, options).Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error).Take(5)));
        image.Position = 0;
        return image;
    }

    private static string Changed(string path, PlantedFoldFault fault)
    {
        var text = File.ReadAllText(path);
        if (Path.GetRelativePath(Path.Combine(Root, "Rx.Vm"), path) != fault.File)
        {
            return text;
        }

        Assert.Equal(2, text.Split(fault.Sound).Length);
        return text.Replace(fault.Sound, fault.Faulty, StringComparison.Ordinal);
    }
}
