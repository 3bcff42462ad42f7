using System.Reflection;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Compiles a project as its build did, with one file changed or with all changes behind switches, in memory.</summary>
internal sealed class MutantCompiler
{
    private static readonly string[] Symbols = ["NET", "NET10_0", "NET10_0_OR_GREATER", "NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "RELEASE"];
    private readonly CSharpCompilation _whole;
    private readonly ResourceDescription[] _resources;

    public MutantCompiler(MutationTarget target)
    {
        var root = Path.GetDirectoryName(Snapshot.Locate("RxRuntime.sln"))!;
        var parse = new CSharpParseOptions(LanguageVersion.Preview, preprocessorSymbols: Symbols);
        var trees = Sources(root, target).Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), parse, path)).ToList();
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
            nullableContextOptions: NullableContextOptions.Enable, concurrentBuild: false);
        var bare = CSharpCompilation.Create(target.Project, trees, References(target.Project), options);
        CSharpGeneratorDriver.Create(Generators().Select(g => g), parseOptions: parse)
            .RunGeneratorsAndUpdateCompilation(bare, out var whole, out _);
        _whole = (CSharpCompilation)whole;
        var original = Assembly.Load(target.Project);
        _resources = [.. original.GetManifestResourceNames()
            .Select(name => new ResourceDescription(name, () => original.GetManifestResourceStream(name)!, isPublic: true))];
        Mutants = [.. trees.Select(tree => (Tree: tree, File: Path.GetRelativePath(root, tree.FilePath)))
            .Where(t => Path.GetDirectoryName(t.File) == target.Name)
            .SelectMany(t => Mutator.Of(Path.GetFileName(t.File), _whole.SyntaxTrees.Single(s => s.FilePath == t.Tree.FilePath)))];
    }

    /// <summary>All of the target's folder.</summary>
    public IReadOnlyList<Mutant> Mutants { get; }

    /// <summary>The assembly with this change alone; null if that is no C#.</summary>
    public byte[]? Compile(int number)
    {
        var mutant = Mutants[number];
        var tree = mutant.Apply();
        var changed = _whole.ReplaceSyntaxTree(mutant.Node.SyntaxTree, tree);

        // Most of what is no C# is found in its own file, without looking at the others.
        return Errors(changed, tree).Any() ? null : Emit(changed).Image;
    }

    /// <summary>One assembly with all mutants that can wait behind a switch, and which those are.</summary>
    public (byte[] Image, IReadOnlySet<int> Held) CompileTogether()
    {
        var held = Mutants.Index().Where(m => MutantSchema.CanHold(m.Item)).ToDictionary(m => m.Index, m => m.Item);
        var @switch = CSharpSyntaxTree.ParseText(MutantSchema.Source(Mutants.Count), (CSharpParseOptions)_whole.SyntaxTrees[0].Options);
        var whole = _whole.AddSyntaxTrees(@switch);
        var files = held.Values.Select(m => m.Node.SyntaxTree).Distinct().ToList();
        var woven = files.Aggregate(whole, (woven, file) => woven.ReplaceSyntaxTree(file, Weave(whole, file, held)));
        var (image, errors) = Emit(woven);
        return image is not null ? (image, held.Keys.ToHashSet())
            : throw new InvalidOperationException($"With all mutants it does not compile: {string.Join('\n', errors.Take(5))}");
    }

    /// <summary>A file with as many mutants as it can hold; those that it can't are taken from the list, in which they have no place.</summary>
    private static SyntaxTree Weave(CSharpCompilation whole, SyntaxTree file, Dictionary<int, Mutant> held)
    {
        while (true)
        {
            var mine = held.Where(m => m.Value.Node.SyntaxTree == file).ToDictionary();
            var woven = MutantSchema.Weave(file, mine);
            var errors = Errors(whole.ReplaceSyntaxTree(file, woven), woven).ToList();
            if (errors.Count == 0)
            {
                return woven;
            }

            var wrong = errors.SelectMany(e => MutantSchema.At(e.Location)).Where(mine.ContainsKey).ToHashSet();

            // If nobody can tell whose fault it is, each of the file is compiled on its own, which takes longer.
            foreach (var number in wrong.Count > 0 ? wrong : mine.Count > 0 ? mine.Keys.ToHashSet() : throw Unfit(errors))
            {
                held.Remove(number);
            }
        }
    }

    private static InvalidOperationException Unfit(IEnumerable<Diagnostic> errors) =>
        new($"The unchanged source does not compile: {string.Join('\n', errors.Take(5))}");

    private static IEnumerable<Diagnostic> Errors(CSharpCompilation whole, SyntaxTree file) =>
        whole.GetSemanticModel(file).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error);

    private (byte[]? Image, IReadOnlyList<Diagnostic> Errors) Emit(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image, manifestResources: _resources);
        return emitted.Success ? (image.ToArray(), []) : (null, [.. emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)]);
    }

    private static IEnumerable<string> Sources(string root, MutationTarget target)
    {
        var project = Path.Combine(root, target.Project);
        var configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        var generated = Path.Combine(project, "obj", configuration, "net10.0");
        return Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(Path.Combine(project, "obj"), StringComparison.Ordinal)
                && !path.StartsWith(Path.Combine(project, "bin"), StringComparison.Ordinal))
            .Concat(Linked(project).SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)))
            .Append(Path.Combine(generated, $"{target.Project}.GlobalUsings.g.cs"))
            .Append(Path.Combine(generated, $"{target.Project}.AssemblyInfo.cs"))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Folders of other projects that it compiles as well.</summary>
    private static IEnumerable<string> Linked(string project)
    {
        const string Everything = "/**/*.cs";
        return XDocument.Load(Path.Combine(project, Path.GetFileName(project) + ".csproj")).Descendants("Compile")
            .Select(item => (string?)item.Attribute("Include")).OfType<string>().Where(files => files.EndsWith(Everything, StringComparison.Ordinal))
            .Select(files => Path.GetFullPath(Path.Combine(project, files[..^Everything.Length])));
    }

    /// <summary>What this process itself runs with.</summary>
    private static IEnumerable<MetadataReference> References(string without) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => path.EndsWith(".dll", StringComparison.Ordinal) && Path.GetFileNameWithoutExtension(path) != without)
            .Select(path => MetadataReference.CreateFromFile(path));

    /// <summary>Those of the SDK, which write P/Invokes, regular expressions and JSON.</summary>
    private static IEnumerable<ISourceGenerator> Generators()
    {
        var dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        return Directory.EnumerateDirectories(Path.Combine(dotnet, "packs/Microsoft.NETCore.App.Ref")).Order(StringComparer.Ordinal)
            .Select(pack => Path.Combine(pack, "analyzers/dotnet/cs")).Last(Directory.Exists) is { } folder
            ? Directory.EnumerateFiles(folder, "*.dll").SelectMany(path => new AnalyzerFileReference(path, new Loader()).GetGenerators(LanguageNames.CSharp))
            : [];
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // They are all in one folder.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
