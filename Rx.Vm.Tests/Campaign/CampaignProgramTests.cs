using System.Reactive.Concurrency;
using System.Text.RegularExpressions;

namespace Rx.Vm.Tests.Campaign;

/// <summary>The program around the campaign: what it prints can be typed in again.</summary>
[Slow]
public partial class CampaignProgramTests(ITestOutputHelper output)
{
    [GeneratedRegex(@"\./rx campaign (?<args>.*)")]
    private static partial Regex Command();

    [GeneratedRegex("\"(?<quoted>[^\"]*)\"|(?<bare>\\S+)")]
    private static partial Regex Word();

    [Fact]
    public void A_planted_fault_ends_the_program_with_1_and_its_report_leads_back_to_it()
    {
        const string Planted = "a lost pod does not end";
        var (code, text) = Run("--plant", Planted, "--most", "1", "--pipeline", "0", "--cores", "1");
        Assert.Equal(1, code);
        var commands = Command().Matches(text).Select(m => Words(m.Groups["args"].Value)).ToList();
        Assert.True(commands.Count >= 2, text);
        foreach (var command in commands)
        {
            var (again, steps) = Run([.. command, "--plant", Planted]);
            Assert.Equal(1, again);
            Assert.Contains("broken: Law PodEndsOnce", steps);
            Assert.Equal(0, Run(command).Code);
        }

        var events = EventList.Parse(commands.First(c => c.Contains("--events"))[^1]);
        Assert.InRange(events.Count, 1, 8);
    }

    [Fact]
    public void The_same_seed_prints_the_same_lines_with_any_number_of_threads()
    {
        var one = Run("--most", "1", "--pipeline", "3000", "--rounds", "1", "--round", "20000", "--seed", "7", "--cores", "1");
        var two = Run("--most", "1", "--pipeline", "3000", "--rounds", "1", "--round", "20000", "--seed", "7", "--cores", "2");
        var other = Run("--most", "1", "--pipeline", "3000", "--rounds", "1", "--round", "20000", "--seed", "8", "--cores", "2");
        Assert.Equal(0, one.Code);
        Assert.Equal(Table(one.Text), Table(two.Text));
        Assert.NotEqual(Table(one.Text), Table(other.Text));
    }

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--nonsense", "1")]
    [InlineData("--rounds", "x")]
    [InlineData("--pipeline", "many")]
    [InlineData("--course", "Sideways")]
    [InlineData("--faults", "Drop")]
    [InlineData("--faults", "Drop@-1")]
    [InlineData("--events", "SomethingElse")]
    [InlineData("--plant", "no such fault")]
    public void A_wrong_command_line_is_refused_with_2(params string[] args)
    {
        var (code, text) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains("./rx campaign", text);
    }

    private static IEnumerable<string> Table(string text) =>
        text.Split('\n').Where(line => line.Contains("faults") || line.Contains("round") || line.Contains("pipeline"));

    private static string[] Words(string line) =>
        [.. Word().Matches(line).Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Groups["bare"].Value)];

    private (int Code, string Text) Run(params string[] args)
    {
        using var text = new StringWriter();
        var code = new CampaignProgram(text, ImmediateScheduler.Instance).Run(args);
        output.WriteLine($"{string.Join(' ', args)}\n{text}");
        return (code, text.ToString());
    }
}
