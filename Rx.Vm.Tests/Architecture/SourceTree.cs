namespace Rx.Vm.Tests.Architecture;

/// <summary>The files of the repository that people write.</summary>
internal static class SourceTree
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = Path.GetDirectoryName(Snapshot.Locate("RxRuntime.sln"))!;

    /// <summary>Those that end in one of <paramref name="extensions"/>, relative to the repository, with what was built left out.</summary>
    public static IEnumerable<string> Files(params string[] extensions) =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => extensions.Contains(Path.GetExtension(path))
                && !path.Split('/')[..^1].Any(IsMade));

    private static bool IsMade(string folder) =>
        folder is "bin" or "obj" or "artifacts" or "TestResults" || (folder.StartsWith('.') && folder != ".ci");
}
