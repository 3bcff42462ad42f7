using System.Globalization;
using Rx.Vm.Tests.Packages;

namespace Rx.Vm.Tests.Architecture;

/// <summary>What the compiler does not say about the text of the sources. The rest of the style is in .editorconfig, as errors of each build.</summary>
public class SourceTextTests
{
    private static readonly (string File, string Text)[] Sources =
    [
        .. SourceTree.Files(".cs").Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal)).Select(file => (file, Snapshot.Read(file))),
    ];

    // The limit is where editors get it from.
    private static readonly int MaxLength = int.Parse(
        Snapshot.Read(".editorconfig").Split('\n').Single(line => line.StartsWith("max_line_length", StringComparison.Ordinal)).Split('=')[1],
        CultureInfo.InvariantCulture);

    [Fact]
    public void No_line_is_longer_than_editors_are_told_or_has_blanks_that_nobody_sees()
    {
        Assert.InRange(Sources.Length, 500, 10_000);
        Assert.Empty(Sources.SelectMany(source => source.Text.Split('\n')
            .Select((line, index) => (Place: $"{source.File}:{index + 1}", Line: line))
            .Where(at => at.Line.Length > MaxLength || at.Line.AsSpan().TrimEnd().Length < at.Line.Length || at.Line.Contains('\t', StringComparison.Ordinal))
            .Select(at => $"{at.Place}: {at.Line}")));
    }

    [Fact]
    public void Every_source_ends_with_one_line_end() => Assert.Empty(Sources
        .Where(source => !source.Text.EndsWith('\n') || source.Text.EndsWith("\n\n", StringComparison.Ordinal))
        .Select(source => source.File));

    [Slow]
    [Fact(Timeout = 300_000)]
    public async Task The_formatter_has_nothing_to_say() => Assert.Equal("", await Tool.RunAsync(
        Snapshot.Locate(""), [], ["dotnet", "format", "whitespace", "--folder", "--verify-no-changes"], TestContext.Current.CancellationToken));
}
