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
}
