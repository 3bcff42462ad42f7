using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Compiles a project as its build did, with one file changed, in memory.</summary>
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

    /// <summary>The assembly with this change or, without one, as it is; null if that is no C#.</summary>
    public byte[]? Compile(Mutant? mutant)
    {
        var changed = mutant is null ? _whole : _whole.ReplaceSyntaxTree(mutant.Node.SyntaxTree, mutant.Apply());
        var (image, errors) = Emit(changed);
        return image is not null || mutant is not null ? image : throw new InvalidOperationException(
            $"The unchanged source does not compile: {string.Join('\n', errors.Take(5))}");
    }

    /// <summary>One assembly with all mutants that can wait behind a switch, and which those are.</summary>
    public (byte[] Image, IReadOnlySet<int> Held) CompileTogether()
    {
        var held = Mutants.Index().Where(m => MutantSchema.CanHold(m.Item)).ToDictionary(m => m.Index, m => m.Item);
        var @switch = CSharpSyntaxTree.ParseText(MutantSchema.Source, (CSharpParseOptions)_whole.SyntaxTrees[0].Options);
        while (true)
        {
            var woven = held.GroupBy(m => m.Value.Node.SyntaxTree).Aggregate(
                _whole.AddSyntaxTrees(@switch),
                (whole, file) => whole.ReplaceSyntaxTree(file.Key, MutantSchema.Weave(file.Key, file.ToDictionary())));
            var (image, errors) = Emit(woven);
            if (image is not null)
            {
                return (image, held.Keys.ToHashSet());
            }

            var wrong = errors.SelectMany(e => MutantSchema.At(e.Location)).ToHashSet();
            if (held.Count == 0)
            {
                throw new InvalidOperationException($"Without any mutant it does not compile: {string.Join('\n', errors.Take(5))}");
            }

            if (!wrong.Any(held.ContainsKey))
            {
                // Nobody can tell whose fault it is: each is compiled on its own then, which takes longer.
                held.Clear();
            }

            wrong.ToList().ForEach(number => held.Remove(number));
        }
    }

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
            .Concat(target.LinkedSources.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)))
            .Append(Path.Combine(generated, $"{target.Project}.GlobalUsings.g.cs"))
            .Append(Path.Combine(generated, $"{target.Project}.AssemblyInfo.cs"))
            .Order(StringComparer.Ordinal);
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
