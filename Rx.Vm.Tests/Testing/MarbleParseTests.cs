using System.Reactive;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>The grammar, sign by sign, and the texts that look right and are not.</summary>
public sealed class MarbleParseTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("---", "")]
    [InlineData("a", "0:a")]
    [InlineData("a-b-|", "0:a 2:b 4:|")]
    [InlineData("  a - b  ", "0:a 2:b")]
    [InlineData("--#", "2:#")]
    [InlineData("--#[lost]", "2:#[lost]")]
    [InlineData("a 9ms b", "0:a 10:b")]
    [InlineData("5s a", "5000:a")]
    [InlineData("1.5m a", "90000:a")]
    [InlineData("a 5s", "0:a")]
    [InlineData("10ms 2s 1m |", "62010:|")]
    [InlineData("(ab)c", "0:a 0:b 4:c")]
    [InlineData("(abc)-|", "0:a 0:b 0:c 6:|")]
    [InlineData("-(a|)", "1:a 1:|")]
    [InlineData("[Running]a", "0:Running 1:a")]
    [InlineData("([Stopping][Cleaning])-a", "0:Stopping 0:Cleaning 5:a")]
    [InlineData("ab^cd", "-2:a -1:b 1:c 2:d")]
    [InlineData("a(^b)", "-1:a 0:b")]
    [InlineData("a5s", "0:a 1:5 2:s")]
    [InlineData("0-1-2", "0:0 2:1 4:2")]
    [InlineData("15a", "0:1 1:5 2:a")]
    [InlineData("[5]s", "0:5 1:s")]
    [InlineData("a|b", "0:a 1:| 2:b")]
    [InlineData("🚀-é", "0:🚀 2:é")]
    [InlineData("a\n   -b", "0:a 2:b")]
    public void A_diagram_means(string text, string expected) => Assert.Equal(expected, Text(Marbles.Parse(text)));

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{0s a}", "0:a")]
    [InlineData("{0ms a, 0ms b, 1.5ms [Running], 2s |}", "0:a 0:b 1.5:Running 2000:|")]
    [InlineData(" { -2ms a ,0s # } ", "-2:a 0:#")]
    [InlineData("{1ms [,], 1ms #[lost]}", "1:, 1:#[lost]")]
    public void A_list_means(string text, string expected) => Assert.Equal(expected, Text(Marbles.Parse(text)));

    [Theory]
    [InlineData("--(ab", 3, "never closed")]
    [InlineData("a(b(c))", 4, "inside a group")]
    [InlineData("ab)", 3, "never opened")]
    [InlineData("a()", 2, "empty")]
    [InlineData("(a-b)", 3, "no time passes")]
    [InlineData("(a 5s b)", 4, "no time passes")]
    [InlineData("a 5s|", 5, "ends with a blank")]
    [InlineData("200ms(ab)", 6, "ends with a blank")]
    [InlineData("0.00001ms a", 1, "whole number of ticks")]
    [InlineData("99999999999m a", 1, "too long")]
    [InlineData("9999m 9999m 9999m 14399999m a", 19, "too long")]
    [InlineData("a^b^c", 4, "only one '^'")]
    [InlineData("a!", 2, "windows")]
    [InlineData("a[Running", 2, "never closed")]
    [InlineData("a[]", 2, "1 to 64 characters")]
    [InlineData("a]b", 2, "not expected")]
    [InlineData("a}b", 2, "not expected")]
    [InlineData("a\u0007", 2, "no character")]
    [InlineData("{0ms a", 1, "never closed")]
    [InlineData("{", 1, "never closed")]
    [InlineData("{0ms a} b", 8, "nothing follows")]
    [InlineData("{0ms a 1ms b}", 8, "separated by commas")]
    [InlineData("{a}", 2, "a time, a blank and a member")]
    [InlineData("{1msa}", 2, "a time, a blank and a member")]
    [InlineData("{1ms", 2, "a time, a blank and a member")]
    [InlineData("{1ms a,", 7, "a time, a blank and a member")]
    [InlineData("{2ms a, 1ms b}", 13, "earlier")]
    [InlineData("{1ms ^}", 6, "values, errors and completions")]
    public void What_is_no_diagram_is_refused_at_its_column(string text, int column, string problem)
    {
        var refused = Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse(text));
        Assert.Equal(column, refused.Column);
        Assert.Contains(problem, refused.Problem, StringComparison.Ordinal);
        Assert.Equal(text, refused.Diagram);
    }

    [Fact]
    public void Half_a_character_is_refused() => // Not in the table above: no attribute can hold it.
        Assert.Equal(2, Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse("a\ud83d-")).Column);

    [Fact]
    public void The_message_points_at_the_column()
    {
        var refused = Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse("--a-\n-(bc"));
        Assert.Equal("column 7: the group is never closed\n  --a- -(bc\n        ^", refused.Message);
    }

    [Fact]
    public void Members_of_enums_name_themselves_and_others_are_refused()
    {
        var phases = Marbles.Parse<VmPhase>("[Booting]-[Running]|");
        Assert.Equal([VmPhase.Booting, VmPhase.Running], phases.Values);

        var unknown = Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<VmPhase>("--[Bootin]"));
        Assert.Equal(3, unknown.Column);
        Assert.Contains("known: Preparing, Booting", unknown.Problem, StringComparison.Ordinal);
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<VmPhase>("[3]"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<VmPhase>("[booting]"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<VmPhase>("[Booting, Running]"));
    }

    [Fact]
    public void Numbers_and_characters_name_themselves_and_other_types_need_a_legend()
    {
        Assert.Equal([7, -12], Marbles.Parse<int>("7[-12]").Values);
        Assert.Equal([long.MaxValue], Marbles.Parse<long>($"[{long.MaxValue}]").Values);
        Assert.Equal(['x'], Marbles.Parse<char>("x").Values);
        Assert.Equal(["x"], Marbles.Parse<object>("x").Values);
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<int>("[99999999999]"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<int>("a"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<char>("[ab]"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<DateTimeOffset>("a"));
        Assert.Throws<MarbleSyntaxException>(() => Marbles.Parse<VmState>("a", ("b", Machine(VmPhase.Init))));
    }

    [Fact]
    public void A_legend_is_made_of_tuples_a_dictionary_or_a_collection_and_goes_before_names_of_their_own()
    {
        var init = Machine(VmPhase.Init);
        var dictionary = new Dictionary<string, VmState> { ["i"] = init };
        MarbleLegend<VmState> list = [("i", Machine(VmPhase.Init))];
        Assert.Equal(Marbles.Parse("i-i", ("i", init)), Marbles.Parse<VmState>("i-i", dictionary));
        Assert.Equal(Marbles.Parse("i-i", ("i", init)), Marbles.Parse("i-i", list));
        Assert.Equal([VmPhase.Gone, VmPhase.Init], Marbles.Parse("[Init]i", ("Init", VmPhase.Gone), ("i", VmPhase.Init)).Values);
        Assert.Equal([default(string)], Marbles.Parse<string?>("n", ("n", null)).Values);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a]")]
    [InlineData("[a")]
    [InlineData("a\n")]
    public void A_name_that_no_diagram_can_hold_is_refused(string name) =>
        Assert.Throws<MarbleException>(() => MarbleLegend.Create([(name, 1)]));

    [Fact]
    public void A_name_twice_is_refused()
    {
        Assert.Throws<MarbleException>(() => MarbleLegend.Create([("a", 1), ("a", 2)]));
        Assert.Throws<MarbleException>(() => MarbleLegend<int>.Empty.WithError(new TimeoutException()).WithError(new IOException()));
        var named = MarbleLegend<int>.Empty.WithError(new TimeoutException(), "x");
        Assert.Throws<MarbleException>(() => named.WithError<IOException>(null, "x"));
    }

    [Fact]
    public void Errors_have_names_and_stand_for_exceptions()
    {
        var timeout = new TimeoutException("30 s");
        var legend = MarbleLegend<string>.Empty.WithError(timeout).WithError(new IOException(), "io");
        Assert.Same(timeout, Marbles.Parse("a#", legend)[1].Notification.Exception);
        Assert.IsType<IOException>(Marbles.Parse("#[io]", legend)[0].Notification.Exception);
        Assert.Equal("", Assert.IsType<ScriptedErrorException>(Marbles.Parse("#")[0].Notification.Exception).Name);
        Assert.Equal("x", Assert.IsType<ScriptedErrorException>(Marbles.Parse("#[x]", legend)[0].Notification.Exception).Name);
        Assert.Equal("0:# 1:Running", Text(Marbles.Parse("# [Running]")));
    }

    [Fact]
    public void Errors_compare_by_type_and_message_or_by_a_test()
    {
        var legend = MarbleLegend<string>.Empty;
        var one = Marbles.Parse("#", legend.WithError(new TimeoutException("30 s")));
        Assert.Equal(one, Marbles.Parse("#", legend.WithError(new TimeoutException("30 s"))));
        Assert.NotEqual(one, Marbles.Parse("#", legend.WithError(new TimeoutException("31 s"))));
        Assert.NotEqual(one, Marbles.Parse("#", legend.WithError(new IOException("30 s"))));
        Assert.NotEqual(one, Marbles.Parse("#"));
        Assert.Equal(one, Marbles.Parse("#", legend.WithError<TimeoutException>()));
        Assert.NotEqual(one, Marbles.Parse("#", legend.WithError<TimeoutException>(e => e.Message == "31 s")));
        Assert.Equal(Marbles.Parse("#[x]"), Marbles.Parse("#[x]"));
        Assert.NotEqual(Marbles.Parse("#[x]"), Marbles.Parse("#[y]"));
    }

    [Fact]
    public void A_frame_has_any_length()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Marbles.Parse<string>("a-b", TimeSpan.FromSeconds(1))[1].At);
        Assert.Equal(TimeSpan.FromTicks(20_001), Marbles.Parse<string>("a 2ms b", TimeSpan.FromTicks(1))[1].At);
        Assert.Throws<MarbleException>(() => Marbles.Parse<string>("a", TimeSpan.Zero));
    }

    [Theory]
    [InlineData("^--!", 0, 3.0)]
    [InlineData("--^--", 2, null)]
    [InlineData("^ 1s !", 0, 1001.0)]
    [InlineData("-(^!)", 1, 1.0)]
    [InlineData("5s ^", 5000, null)]
    public void A_window_means(string text, double subscribe, double? unsubscribe)
    {
        var window = Marbles.ParseWindow(text);
        Assert.Equal(TimeSpan.FromMilliseconds(subscribe), window.Subscribe);
        Assert.Equal(unsubscribe is { } end ? TimeSpan.FromMilliseconds(end) : null, window.Unsubscribe);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("---!", 1)]
    [InlineData("^-a-!", 3)]
    [InlineData("^-^", 3)]
    [InlineData("^-!-!", 5)]
    [InlineData("!-^", 1)]
    public void What_is_no_window_is_refused_at_its_column(string text, int column) =>
        Assert.Equal(column, Assert.Throws<MarbleSyntaxException>(() => Marbles.ParseWindow(text)).Column);

    [Fact]
    public void A_recording_is_in_order_of_time()
    {
        var late = new MarbleEvent<int>(TimeSpan.FromSeconds(2), Notification.CreateOnNext(1));
        var early = new MarbleEvent<int>(TimeSpan.FromSeconds(1), Notification.CreateOnNext(2));
        Assert.Throws<MarbleException>(() => new MarbleRecording<int>([late, early]));
        Assert.Throws<MarbleException>(() => new MarbleRecording<int>([default]));
        Assert.Equal(new MarbleRecording<int>([early, late]).GetHashCode(), new MarbleRecording<int>([early, late]).GetHashCode());
    }

    private static VmState Machine(VmPhase phase) => new() { VmId = "vm", Phase = phase };

    private static string Text(MarbleRecording<string> recording) => string.Join(' ', recording.Select(e =>
        FormattableString.Invariant($"{e.At.TotalMilliseconds}:{Name(e.Notification)}")));

    private static string Name(Notification<string> notification) => notification.Kind switch
    {
        NotificationKind.OnNext => notification.Value,
        NotificationKind.OnError => notification.Exception!.Message,
        NotificationKind.OnCompleted => "|",
    };
}
