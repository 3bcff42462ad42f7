using System.Globalization;
using System.Xml.Linq;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>Pictures: what is in them, that they never change by themselves, and the one of the README.</summary>
public sealed class MarbleSvgTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void The_picture_of_a_run_is_drawn_from_its_recording()
    {
        var lanes = Snapshot.Read("docs/images/run.marbles").Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .Select(parts => MarbleLane.Of(parts[0], Marbles.Parse(parts[1])))
            .ToList();
        Assert.Equal(["requests", "process", "QMP", "guest", "states"], lanes.Select(l => l.Title));
        Snapshot.AssertFile("docs/images/run.svg", Marbles.ToSvg(
            lanes, "A pod runs in a machine of its own: requests, process, QMP, guest and states over time"));
    }

    [Fact]
    public void Every_sign_is_drawn() => Snapshot.AssertFile("Rx.Vm.Tests/Testing/signs.svg", Marbles.ToSvg(
        [
            MarbleLane.Of("values", Marbles.Parse("a-b--(cd)---e")),
            MarbleLane.Of("completed", Marbles.Parse("--a 5s |")),
            MarbleLane.Of("together", Marbles.Parse("---(ab|)")),
            MarbleLane.Of("failed", Marbles.Parse<VmPhase>("[Booting]-----(#)")),
            MarbleLane.Of("both", Marbles.Parse("-(a#[lost])")),
            MarbleLane.Of("hot", Marbles.Parse("a--^b")),
            MarbleLane.Of("silent", Marbles.Parse("")),
        ],
        "every sign"));

    [Fact]
    public void A_picture_is_well_formed_whatever_the_values_and_the_culture()
    {
        using (Culture.OfCommas())
        {
            var values = Marbles.Parse("a-b", ("a", "<script>&\"\u0000\uffff\n"), ("b", new string('x', 500)));
            var lane = MarbleLane.Of("<&\"\u0001>", values);
            var picture = XDocument.Parse(Marbles.ToSvg([lane], "<title>\u0007"));
            Assert.DoesNotContain(",", Attributes(picture, "x"), StringComparison.Ordinal);
            Assert.Equal("<title>\\u0007", picture.Root!.Attribute("aria-label")!.Value);
            Assert.All(picture.Descendants(Svg + "text"), text => Assert.True(text.Value.Length <= 24));
        }
    }

    [Fact]
    public void Marbles_of_a_lane_do_not_overlap_and_every_one_has_a_tooltip()
    {
        var picture = XDocument.Parse(Marbles.ToSvg([
            MarbleLane.Of("states", Marbles.Parse(
                "{0s [Preparing], 1ms [Booting], 1.5ms [Running], 90s [Terminating], 90.001s [Gone], 90.001s |}")),
            MarbleLane.Of("guest", Marbles.Parse("{2ms [a long name of a thing], 2.1ms [another long name]}")),
        ]));
        var marbles = picture.Descendants(Svg + "rect").Where(r => r.Parent!.Name == Svg + "g").Select(r => (
            Y: Number(r, "y"), Left: Number(r, "x"), Right: Number(r, "x") + Number(r, "width"))).ToList();
        Assert.Equal(7, marbles.Count);
        foreach (var row in marbles.GroupBy(m => m.Y))
        {
            Assert.All(row.Zip(row.Skip(1)), pair => Assert.True(pair.First.Right < pair.Second.Left));
        }

        var titles = picture.Descendants(Svg + "title").Select(t => t.Value).ToList();
        Assert.Equal(8, titles.Count);
        Assert.Contains("1.5ms Running", titles);
        Assert.Contains("90.001s completed", titles);
        Assert.Contains(picture.Descendants(Svg + "line"), l => l.Attribute("class")?.Value == "lane dashed");
    }

    [Fact]
    public void A_long_recording_is_drawn_in_full()
    {
        var marks = Marbles.Parse<int>(string.Concat(Enumerable.Repeat("1-", 20_000)));
        Assert.Equal(20_000, XDocument.Parse(Marbles.ToSvg([MarbleLane.Of("many", marks)])).Descendants(Svg + "g").Count());
    }

    [Fact]
    public void Without_lanes_there_is_an_empty_picture() =>
        Assert.Equal("svg", XDocument.Parse(Marbles.ToSvg([])).Root!.Name.LocalName);

    [Fact]
    public void A_label_is_chosen_by_the_caller_and_the_tooltip_has_the_value()
    {
        var lane = MarbleLane.Of("n", Marbles.Parse<int>("[42]#"), n => $"n{n}");
        Assert.Equal(("n42", "42"), (lane.Marks[0].Label, lane.Marks[0].Detail));
        Assert.Equal((MarbleMarkKind.Error, "ScriptedErrorException: #"), (lane.Marks[1].Kind, lane.Marks[1].Detail));
    }

    private static string Attributes(XDocument picture, string name) =>
        string.Join(' ', picture.Descendants().Select(e => e.Attribute(name)?.Value));

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
