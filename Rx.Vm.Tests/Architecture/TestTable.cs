using System.Reflection;

namespace Rx.Vm.Tests.Architecture;

/// <summary>The tables of a document whose cells name tests.</summary>
internal static class TestTable
{
    private static readonly HashSet<string> Known = new[] { typeof(TestTable).Assembly, typeof(SlowAttribute).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetMethods().Where(IsTest).SelectMany(method => (string[])[$"{type.Name}.{method.Name}", type.Name]))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The cells of every row of every table in the document, but for the rows with the names of the columns.</summary>
    public static string[][] Rows(string path)
    {
        var lines = Snapshot.Read(path).Split('\n');
        return [.. lines.Where((line, i) => line.StartsWith("| ", StringComparison.Ordinal) && !IsRuler(lines.ElementAtOrDefault(i + 1))).Select(Cells)];
    }

    /// <summary>The tests, and classes of tests, that a cell names; a dash stands for none.</summary>
    public static string[] Named(string cell) =>
        [.. cell.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(name => name.Trim('`')).Where(name => name != "–")];

    /// <summary>Those of <paramref name="names"/> that are no test.</summary>
    public static IEnumerable<string> Missing(IEnumerable<string> names) => names.Where(name => !Known.Contains(name));

    private static bool IsTest(MethodInfo method) => method.IsDefined(typeof(FactAttribute));

    private static bool IsRuler(string? line) => line?.StartsWith("|---", StringComparison.Ordinal) == true;

    // A bar inside a cell is escaped.
    private static string[] Cells(string row) =>
        [.. row.Replace("\\|", "\u0001", StringComparison.Ordinal).Trim()[1..^1].Split('|').Select(cell => cell.Replace('\u0001', '|').Trim())];
}
