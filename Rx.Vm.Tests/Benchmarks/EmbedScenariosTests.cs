using System.Text.Json;
using Rx.Benchmarks.Embed;

namespace Rx.Vm.Tests.Benchmarks;

/// <summary>The measurements for embedders, each taken once: that they come out, not what comes out.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class EmbedScenariosTests
{
    public static TheoryData<string> Names => [.. EmbedScenarios.All.Select(scenario => scenario.Name)];

    [Theory(Timeout = 240_000)]
    [MemberData(nameof(Names))]
    public async Task Every_figure_for_embedders_can_be_taken(string name)
    {
        // In a process of its own: what a machine adds to the memory of this one is lost in what other tests take and let go of.
        var run = await SeparateProgram.RunAsync(
            ["embed", "--only", name, "--count", "1", "--machines", "1", "--megabytes", "1"], TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (run.Code, run.Error));
        var figures = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEmpty(figures);
        Assert.All(figures, figure =>
        {
            Assert.NotEmpty(figure.GetProperty("what").GetString()!);
            Assert.All(["least", "median", "most"], part => Assert.InRange(figure.GetProperty(part).GetDouble(), 0.01, 1_000_000));
        });
    }

    [Theory]
    [InlineData("--count")]
    [InlineData("--count", "0")]
    [InlineData("--only", "nothing")]
    [InlineData("--more", "1")]
    public void What_is_not_understood_is_named(params string[] args) =>
        Assert.StartsWith(args[0], Assert.Throws<ArgumentException>(() => EmbedOptions.Parse(args)).Message, StringComparison.Ordinal);
}
