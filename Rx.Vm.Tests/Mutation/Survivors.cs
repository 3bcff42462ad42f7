namespace Rx.Vm.Tests.Mutation;

/// <summary>The changes that no test notices, each with its reason, in docs/mutation.md.</summary>
internal static class Survivors
{
    private const string Path = "docs/mutation.md";

    /// <summary>Their keys: the list items in code marks.</summary>
    public static HashSet<string> Explained() =>
    [
        .. File.ReadLines(Snapshot.Locate(Path)).Where(line => line.StartsWith("- `", StringComparison.Ordinal))
            .Select(line => line[3..line.IndexOf("`: ", StringComparison.Ordinal)]),
    ];
}
