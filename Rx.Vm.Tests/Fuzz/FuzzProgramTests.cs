using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>The program around the fuzzer.</summary>
[Slow]
public class FuzzProgramTests(ITestOutputHelper output)
{
    [Fact]
    public void A_run_reports_every_target_and_the_same_again_with_the_same_seed()
    {
        var (code, text) = Run("--executions", "200", "--seed", "3", "--cores", "2");
        Assert.Equal(0, code);
        Assert.All(Targets.FuzzTargets.Names, name => Assert.Contains(name, text));
        Assert.Equal(Table(text), Table(Run("--executions", "200", "--seed", "3", "--cores", "1").Text));
    }

    [Fact]
    public void One_input_is_run_again()
    {
        var (code, text) = Run("--target", "qmp", "--input", "617B7D");
        Assert.Equal(0, code);
        Assert.Contains("nothing failed", text);
    }

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--nonsense", "1")]
    [InlineData("--target", "nobody")]
    [InlineData("--input", "00")]
    [InlineData("--target", "qmp", "--input", "0")]
    [InlineData("--executions", "many")]
    public void A_wrong_command_line_is_refused_with_2(params string[] args)
    {
        var (code, text) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains("./rx fuzz", text);
    }

    private static IEnumerable<string> Table(string text) =>
        text.Split('\n').Where(line => Targets.FuzzTargets.Names.Any(name => line.StartsWith(name, StringComparison.Ordinal)));

    private (int Code, string Text) Run(params string[] args)
    {
        using var text = new StringWriter();
        var code = new FuzzProgram(text, ImmediateScheduler.Instance).Run(args);
        output.WriteLine($"{string.Join(' ', args)}\n{text}");
        return (code, text.ToString());
    }
}
