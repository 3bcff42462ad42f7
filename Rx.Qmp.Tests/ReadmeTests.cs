namespace Rx.Qmp.Tests;

/// <summary>What a newcomer copies first has been compiled.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_first_page_is_the_first_example()
    {
        var first = Snapshot.Read("Rx.Qmp/README.md").Split("```csharp\n")[1].Split("```")[0];
        string[] example = [.. Snapshot.Read("examples/Qmp/First.cs").Split('\n').Select(line => line.Trim())];
        string[] lines = [.. first.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.InRange(lines.Length, 5, 10);
        Assert.All(lines, line => Assert.Contains(line, example));
    }

    /// <summary>A feed shows the page without the files around it.</summary>
    [Theory]
    [InlineData("Rx.Qmp/README.md")]
    [InlineData("Rx.Qmp.Protocol/README.md")]
    [InlineData("Rx.Qmp.Testing/README.md")]
    [InlineData("Rx.Vm/README.md")]
    [InlineData("Rx.Vm.Cli/README.md")]
    [InlineData("Rx.Vm.Testing/README.md")]
    public void A_package_page_links_to_no_file_beside_it(string page) =>
        Assert.DoesNotMatch(@"\]\((?!https?://|#)", Snapshot.Read(page));
}
