namespace Rx.Vm.Tests.Architecture;

/// <summary>The lists of hazards and features are complete, and what they say is so is shown by tests that exist.</summary>
public class HazardTests
{
    private const string NotBuilt = "Not built yet";
    private const string Hazards = "docs/hazards.md";
    private const string Features = "docs/checklist.md";

    [Theory]
    [InlineData(Hazards, "H", 150)]
    [InlineData(Features, "", 118)]
    public void Every_number_has_one_row(string path, string letter, int count) => Assert.Equal(
        Enumerable.Range(1, count).Select(number => $"{letter}{number}").Order(StringComparer.Ordinal),
        TestTable.Rows(path).Select(cells => cells[0]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(Hazards)]
    [InlineData(Features)]
    public void Every_row_that_says_what_is_done_names_tests_and_all_of_them_exist(string path) => Assert.All(TestTable.Rows(path), cells =>
    {
        Assert.Equal(4, cells.Length);
        var named = TestTable.Named(cells[3]);
        Assert.True(named.Length > 0 || cells[2].StartsWith(NotBuilt, StringComparison.Ordinal), $"{cells[0]}: no test");
        Assert.All(named, name => Assert.Contains('.', name));
        Assert.Empty(TestTable.Missing(named));
    });
}
