using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Rx.Vm.Tests.Teeth;

/// <summary>
/// Compiles sources of the product, one of them changed, with the rules that judge them. The product itself has no switch for faults: a
/// faulty copy stands in its place. The copy bears the name of the tests, so that it may see what they see; whatever is not in it is the
/// product's own.
/// </summary>
internal static class MutantCompiler
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Xunit;
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14);

    private static readonly CSharpCompilationOptions Compiling =
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileNameWithoutExtension(path) != typeof(MutantCompiler).Assembly.GetName().Name)
            .Select(path => MetadataReference.CreateFromFile(path))]);

    private static readonly ConcurrentDictionary<string, SyntaxTree> Trees = new();

    /// <summary>The rules of <paramref name="file"/>, compiled against it with <paramref name="change"/> made to its text.</summary>
    public static IEnumerable<(string Name, Action Judge)> Rules(SourceFile file, Func<string, string> change)
    {
        var trees = file.With.Where(path => path != file.Path)
            .Concat(file.Rules.Select(rules => $"Rx.Vm.Tests/Teeth/Rules/{rules.Name}.cs"))
            .Select(path => Trees.GetOrAdd(path, p => Parse(Snapshot.Read(p))))
            .Append(Parse(change(Snapshot.Read(file.Path))))
            .Append(Trees.GetOrAdd("usings", _ => Parse(Usings)));
        var name = typeof(MutantCompiler).Assembly.GetName().Name;
        var compilation = CSharpCompilation.Create(name, trees, References.Value, Compiling);
        using var bytes = new MemoryStream();
        var emitted = compilation.Emit(bytes);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        bytes.Position = 0;
        var assembly = new AssemblyLoadContext(file.Path, isCollectible: true).LoadFromStream(bytes);
        return file.Rules.SelectMany(rules => Of(assembly.GetType(rules.FullName!, throwOnError: true)!));
    }

    /// <summary>The rules of a class, in the order of its source.</summary>
    public static IEnumerable<(string Name, Action Judge)> Of(Type rules) =>
        rules.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .OrderBy(method => method.MetadataToken)
            .Select(method => ($"{rules.Name}.{method.Name}", method.CreateDelegate<Action>()));

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Parsing);
}
