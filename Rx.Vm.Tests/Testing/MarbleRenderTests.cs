using System.Reactive;
using System.Text.RegularExpressions;
using CsCheck;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Tests.Testing;

/// <summary>Recordings as diagrams: what is written reads back as the same recording, always, and is short.</summary>
public sealed class MarbleRenderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a-b-|")]
    [InlineData("--#[lost]")]
    [InlineData("(ab)--c")]
    [InlineData("a 9s b|")]
    [InlineData("10ms a")]
    [InlineData("1m a 1m |")]
    [InlineData("10m 9ms a")]
    [InlineData("5s --a")]
    [InlineData("a-^b")]
    [InlineData("a(^b)")]
    [InlineData("[Booting] 199ms ([Init][Starting])--[Running]|")]
    [InlineData("5 m")]
    [InlineData("0-1-2")]
    [InlineData("123 ms")]
    [InlineData("1.5 sa")]
    [InlineData("1.5")]
    [InlineData("1.m")]
    [InlineData("# [xy]")]
    [InlineData("[-][(],[!]")]
    [InlineData("{0s a, 0s b, 1ms |}")]
    [InlineData("{0s a, 0.5ms b}")]
    [InlineData("{-1ms a, -0.5ms b}")]
    [InlineData("{0s a, 0s [,], 1ms [}]}")]
    public void The_shortest_text_is_written(string text)
    {
        var written = Marbles.Render(Marbles.Parse(text));
        Assert.Equal(text, written.Diagram);
        Assert.Equal(text.StartsWith('{'), written.IsList);
        Assert.Empty(written.Legend);
    }

    [Fact]
    public void What_is_written_reads_back_the_same() => Recordings.Each(
        seed: 51,
        count: 3000,
        sample =>
        {
            var text = Marbles.Render(sample.Recording, sample.Legend, sample.Frame);
            Assert.Equal(sample.Recording, Marbles.Parse(text.Diagram, text.Frame, text.Legend));
        },
        print: s => $"frame {s.Frame}, legend {s.Legend.Count()}: {Marbles.Render(s.Recording, s.Legend, s.Frame)}");

    /// <summary>Reads every text over the signs that matter, up to five long; no shorter one than the written one means the same. Only
    /// texts with a group of one are left out: "1(m)a" beats "1 m--a", but groups are for equal times.</summary>
    [Fact]
    public void No_shorter_text_means_the_same()
    {
        const string Signs = "a|-() 18ms";
        const int Length = 5;
        var shortest = new Dictionary<MarbleRecording<string>, string>();
        var buffer = new char[Length];
        for (var length = 0; length <= Length; length++)
        {
            Search(0, length);
        }

        Assert.True(shortest.Count > 5_000);
        foreach (var (recording, text) in shortest)
        {
            var written = Marbles.Render(recording).Diagram;
            Assert.True(written.Length <= text.Length, $"'{written}' is longer than '{text}'");
        }

        void Search(int at, int length)
        {
            if (at < length)
            {
                foreach (var sign in Signs)
                {
                    buffer[at] = sign;
                    Search(at + 1, length);
                }
            }
            else if (!GroupOfOne.IsMatch(buffer.AsSpan(0, length))
                && DiagramReader.TryRead(new string(buffer, 0, length), TimeSpan.TicksPerMillisecond, out _) is { } diagram)
            {
                shortest.TryAdd(diagram.Resolve(MarbleLegend<string>.Empty), diagram.Text);
            }
        }
    }

    [Fact]
    public void A_time_within_a_group_or_a_frame_needs_the_list_form_and_is_never_rounded()
    {
        var tight = Recording((0, "a"), (0, "b"), (3, "c"));
        Assert.Equal("{0s a, 0s b, 3ms c}", Marbles.Render(tight).Diagram);
        Assert.Equal("(ab)--c", Marbles.Render(tight, frame: TimeSpan.FromMilliseconds(0.5)).Diagram);
        Assert.Equal("(ab)c", Marbles.Render(Recording((0, "a"), (0, "b"), (4, "c"))).Diagram);
        var odd = new MarbleEvent<string>(TimeSpan.FromTicks(30_001), Notification.CreateOnNext("b"));
        Assert.Equal("a 2.0001ms b", Marbles.Render(new MarbleRecording<string>([At(0, "a"), odd])).Diagram);
    }

    [Fact]
    public void Values_get_the_name_of_the_legend_then_their_own_then_a_letter_that_is_free()
    {
        var states = new MarbleRecording<VmState>(
            [At(0, State(VmPhase.Booting)), At(1, State(VmPhase.Running)), At(2, State(VmPhase.Booting))]);
        var text = Marbles.Render(states, [("r", State(VmPhase.Running))]);
        Assert.Equal("ara", text.Diagram);
        Assert.Equal([("a", State(VmPhase.Booting)), ("r", State(VmPhase.Running))], text.Legend.OrderBy(e => e.Name));

        var words = new MarbleRecording<string>([At(0, "b"), At(1, ""), At(2, "]"), At(3, "a")]);
        Assert.Equal("bcda", Marbles.Render(words).Diagram);
        var phases = new MarbleRecording<VmPhase>([At(0, VmPhase.Init), At(1, VmPhase.Running)]);
        Assert.Equal("x[Running]", Marbles.Render(phases, [("x", VmPhase.Init)]).Diagram);
        Assert.Equal("y", Marbles.Render(new MarbleRecording<string>([At(0, "x")]), [("x", "other"), ("y", "x")]).Diagram);
    }

    [Fact]
    public void Errors_get_the_name_of_their_type_or_of_the_legend()
    {
        var errors = new MarbleRecording<int>([
            new(TimeSpan.Zero, Notification.CreateOnError<int>(new TimeoutException("30 s"))),
            new(TimeSpan.FromMilliseconds(1), Notification.CreateOnError<int>(new TimeoutException("31 s"))),
            new(TimeSpan.FromMilliseconds(2), Notification.CreateOnError<int>(new IOException("gone"))),
            new(TimeSpan.FromMilliseconds(3), Notification.CreateOnError<int>(new ScriptedErrorException())),
        ]);
        var text = Marbles.Render(errors, MarbleLegend<int>.Empty.WithError(new IOException("gone"), "io"));
        Assert.Equal("#[Timeout]#[Timeout2]#[io]#", text.Diagram);
        Assert.Equal(
            """
            #[Timeout]#[Timeout2]#[io]#
              #[Timeout] = TimeoutException: 30 s
              #[Timeout2] = TimeoutException: 31 s
              #[io] = IOException: gone
            """,
            text.ToString());
        Assert.Equal(errors, Marbles.Parse(text.Diagram, text.Legend));
    }

    [Fact]
    public void A_scripted_error_whose_name_means_something_else_gets_another()
    {
        var recording = Marbles.Parse("#");
        var text = Marbles.Render(recording, MarbleLegend<string>.Empty.WithError(new IOException()));
        Assert.Equal("#[ScriptedError]", text.Diagram);
        Assert.Equal(recording, Marbles.Parse(text.Diagram, text.Legend));
    }

    [Fact]
    public void The_coarsest_frame_divides_every_time()
    {
        var coarse = Recording((0, "a"), (100, "b"), (250, "c"));
        Assert.Equal(TimeSpan.FromMilliseconds(50), Marbles.FrameOf(coarse));
        Assert.Equal(TimeSpan.FromMilliseconds(1), Marbles.FrameOf(Recording((0, "a"))));
        Assert.Equal("a-b--c\n  frame = 50ms", Marbles.Render(coarse, frame: TimeSpan.FromMilliseconds(50)).ToString());
    }

    [Theory]
    [InlineData("^--!")]
    [InlineData("--^")]
    [InlineData("(^!)")]
    [InlineData("5s ^ 5s !")]
    public void A_window_is_written_as_it_reads(string text) => Assert.Equal(text, Marbles.ParseWindow(text).ToString());

    [Fact]
    public void An_impossible_window_is_refused()
    {
        Assert.Throws<MarbleException>(() => Marbles.RenderWindow(new(TimeSpan.FromSeconds(1), TimeSpan.Zero)));
        Assert.Throws<MarbleException>(() => Marbles.RenderWindow(new(TimeSpan.FromSeconds(-1), null)));
        Assert.Throws<MarbleException>(() => Marbles.RenderWindow(new(TimeSpan.Zero, TimeSpan.FromTicks(1))));
    }

    private static readonly Regex GroupOfOne = new(@"\( *[^ ()] *\)");

    private sealed record Sample(MarbleRecording<string> Recording, MarbleLegend<string> Legend, TimeSpan Frame);

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.Const("a"), Gen.Const("b"), Gen.Const("5"), Gen.Const("m"), Gen.Const("s"), Gen.Const("."), Gen.Const("-"), Gen.Const(","),
        Gen.Const("[x]"), Gen.Const(""), Gen.Const("🚀"), Gen.Const("Running"), Gen.Const("two words"), Gen.Const(" "), Gen.Const("{"),
        Gen.String[0, 3]);

    private static readonly Gen<Notification<string>> Notifications = Gen.Frequency(
        (8, Words.Select(Notification.CreateOnNext)),
        (1, Gen.Const(Notification.CreateOnCompleted<string>())),
        (2, Gen.OneOf(
            Gen.Const<Exception>(new ScriptedErrorException()), Gen.Const<Exception>(new ScriptedErrorException("x")),
            Gen.Const<Exception>(new TimeoutException("1 s")), Gen.Const<Exception>(new TimeoutException("2 s")))
            .Select(e => Notification.CreateOnError<string>(e))));

    private static readonly Gen<long> Gaps = Gen.Frequency(
        (3, Gen.Const(0L)), (5, Gen.Long[0, 12].Select(n => n * TimeSpan.TicksPerMillisecond)), (2, Gen.Long[0, 200_000]),
        (2, Gen.Long[0, 3_000].Select(n => n * TimeSpan.TicksPerSecond / 10)),
        (1, Gen.Long[0, 90].Select(n => n * TimeSpan.TicksPerMinute)));

    private static readonly Gen<MarbleLegend<string>> Legends = Gen.OneOf(
        Gen.Const(MarbleLegend<string>.Empty),
        Gen.Const<MarbleLegend<string>>([("a", "b"), ("Running", "5")]),
        Gen.Const(MarbleLegend<string>.Empty.WithError(new TimeoutException("1 s"))),
        Gen.Const(MarbleLegend<string>.Empty.WithError(new IOException(), "Timeout").WithError(new IOException())));

    private static readonly Gen<Sample> Recordings = Gen
        .Select(Gen.Long[-30, 5], Gen.Select(Gaps, Notifications).List[0, 12], Legends, Gen.Int[0, 2])
        .Select((start, items, legend, frame) =>
        {
            var now = Math.Min(0, start) * TimeSpan.TicksPerMillisecond;
            var events = items.Select(item => new MarbleEvent<string>(TimeSpan.FromTicks(now += item.Item1), item.Item2)).ToList();
            return new Sample(new(events), legend, TimeSpan.FromTicks(frame switch { 0 => 10_000, 1 => 1, _ => 2_500_000 }));
        });

    private static MarbleRecording<string> Recording(params (int Milliseconds, string Value)[] events) =>
        new(events.Select(e => At(e.Milliseconds, e.Value)));

    private static MarbleEvent<T> At<T>(int milliseconds, T value) =>
        new(TimeSpan.FromMilliseconds(milliseconds), Notification.CreateOnNext(value));

    private static VmState State(VmPhase phase) => new() { VmId = "vm", Phase = phase };
}
