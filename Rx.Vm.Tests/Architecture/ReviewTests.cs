namespace Rx.Vm.Tests.Architecture;

/// <summary>The record of what reviewers found is complete, and the tests it names exist.</summary>
public class ReviewTests
{
    private static readonly string[][] Rows = TestTable.Rows("docs/review.md");

    [Fact]
    public void Every_finding_has_one_row() => Assert.Equal(
        Snapshot.Read("docs/review-ids.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
        Rows.Select(cells => cells[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_finding_is_fixed_left_with_its_reason_or_no_fault() => Assert.All(Rows, cells =>
    {
        Assert.Contains(cells[2], (string[])["fixed", "left to the redesign of the core", "not a fault", "open"]);
        Assert.True(cells[2] != "fixed" || (cells[3] != "" && cells[4] != ""), cells[0]);
    });

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var named = Rows.SelectMany(cells => TestTable.Named(cells[4])).ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(TestTable.Missing(named));
    }
}
