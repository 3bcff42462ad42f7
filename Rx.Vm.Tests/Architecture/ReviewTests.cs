namespace Rx.Vm.Tests.Architecture;

/// <summary>The record of what reviewers found is complete, and the tests it names exist.</summary>
public class ReviewTests
{
    private static readonly string[] Rows = [.. Snapshot.Read("docs/review.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];

    [Fact]
    public void Every_finding_has_one_row() => Assert.Equal(
        Snapshot.Read("docs/review-ids.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
        Rows.Select(row => Cells(row)[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_finding_is_fixed_left_with_its_reason_or_no_fault() => Assert.All(Rows, row =>
    {
        var cells = Cells(row);
        Assert.Contains(cells[2], (string[])["fixed", "left to the redesign of the core", "not a fault", "open"]);
        Assert.True(cells[2] != "fixed" || (cells[3] != "" && cells[4] != ""), row);
    });

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = new[] { typeof(ReviewTests).Assembly, typeof(SlowAttribute).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}").Append(type.Name))
            .ToHashSet(StringComparer.Ordinal);
        var named = Rows.SelectMany(row => Cells(row)[4].Split(", ", StringSplitOptions.RemoveEmptyEntries)).Select(name => name.Trim('`')).ToArray();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !tests.Contains(name));
    }

    // A bar inside a cell is escaped.
    private static string[] Cells(string row) =>
        [.. row.Replace("\\|", "\u0001", StringComparison.Ordinal).Trim()[1..^1].Split('|').Select(cell => cell.Replace('\u0001', '|').Trim())];
}
