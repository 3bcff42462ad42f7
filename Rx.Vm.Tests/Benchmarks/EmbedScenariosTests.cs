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
        await using var host = await VmHost.OpenAsync(ct: TestContext.Current.CancellationToken);
        var options = EmbedOptions.Parse(["--count", "1", "--machines", "1", "--megabytes", "1"]);

        var figures = await EmbedScenarios.All.Single(scenario => scenario.Name == name).Run(host, options);

        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.All(figure.Samples, sample => Assert.InRange(sample, Least(figure), 1_000_000)));
    }

    // In this process other tests let go of memory meanwhile, more than one machine takes.
    private static double Least(EmbedFigure figure) => figure.Name.StartsWith("managed memory", StringComparison.Ordinal) ? -1_000_000 : 0.01;

    [Theory]
    [InlineData("--count")]
    [InlineData("--count", "0")]
    [InlineData("--only", "nothing")]
    [InlineData("--more", "1")]
    public void What_is_not_understood_is_named(params string[] args) =>
        Assert.StartsWith(args[0], Assert.Throws<ArgumentException>(() => EmbedOptions.Parse(args)).Message, StringComparison.Ordinal);
}
