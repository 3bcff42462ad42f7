using System.Text.RegularExpressions;

namespace Rx.Vm.Tests.Architecture;

/// <summary>Sources and documents cite only what the repository holds: no number of a list that a reader can't look up.</summary>
public partial class CitationTests
{
    // These define the numbers that stand in them.
    private static readonly string[] Lists = ["docs/hazards.md", "docs/checklist.md", "docs/qmp-traps.md", "docs/review.md"];

    [Fact]
    public void Nothing_cites_a_list_that_is_not_here() => Assert.Empty(
        SourceTree.Files(".cs", ".md", ".props", ".csproj")
            .Where(path => !path.EndsWith(".g.cs", StringComparison.Ordinal) && !Lists.Contains(path))
            .SelectMany(path => Snapshot.Read(path).Split('\n').Select((line, index) => (Place: $"{path}:{index + 1}", Line: line)))
            .Where(at => Citation().IsMatch(at.Line))
            .Select(at => $"{at.Place}: {at.Line.Trim()}"));

    // The tilde keeps this file clean and goes before the look.
    [Theory]
    [InlineData("/// <summary>Writing failed (H~62).</summary>")]
    [InlineData("// S~5, F~2: a lone surrogate.")]
    [InlineData("/// The proof (G~17) has teeth.")]
    [InlineData("/// Subscribers can't hurt a machine (F~28–F~31).")]
    [InlineData("// Acceptance~ 12.")]
    [InlineData("/// (seed~-behaviour, architecture~.md)")]
    [InlineData("// The card of \u00a73.12.")]
    [InlineData("// house law~ 11")]
    [InlineData("| qmp~-D8 | open |")]
    [InlineData("public void H~44_after_the_last_attempt()")]
    [InlineData("// core~-L3 and seed excerpt~ #7")]
    public void A_planted_citation_is_seen(string line) => Assert.Matches(Citation(), line.Replace("~", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("number.ToString(\"F1\", culture)")]
    [InlineData("$\"{seconds:F4}\"")]
    [InlineData("new(1, DeviceAdded#1) // seed 7, S390x, SHA256, H.264, GF8")]
    public void What_is_no_citation_is_let_pass(string line) => Assert.DoesNotMatch(Citation(), line);

    // A letter with a number is a citation unless it is a format ("F1", :F4) or a part of a name.
    [GeneratedRegex(
        """(?<![A-Za-z0-9":.])[HSGF][0-9]{1,3}(?![A-Za-z0-9])|\u00a7|[Aa]cceptance [0-9]|seed[-]behaviour|architecture\.md"""
        + """|\blaws? [0-9]|\b(core|qmp|users|field|peers)-[A-Z][0-9]|\b(excerpt|snippet) #""")]
    private static partial Regex Citation();
}
