using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>What a failed run says of values that one line can't tell apart, and where it says the failure is.</summary>
public sealed class MarbleDifferenceTests
{
    private static readonly Job Some = new(
        "import of the base image, asked for by the nightly build, second attempt of three",
        new(7, [1, 2, 3], ImmutableArray.Create<byte>(1, 2)), [new("web", VmPhase.Running), new("db", VmPhase.Booting)]);

    [Fact]
    public void Of_long_records_only_the_members_that_differ_are_shown_by_their_path() => Differ(
        Some,
        Some with
        {
            Place = Some.Place with { Rack = 8 },
            Parts = [Some.Parts[0], Some.Parts[1] with { Phase = VmPhase.Gone }, new("cache", VmPhase.Init)],
        },
        """
            Place.Rack
              expected  7
              actual    8
            Parts: 2 items expected, 3 there
            Parts[1].Phase
              expected  Booting
              actual    Gone
            Parts[2]
              expected  nothing
              actual    Part { Name = cache, Phase = Init }
        """);

    [Fact]
    public void Long_bytes_show_where_they_part_and_what_is_around_it()
    {
        var one = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        var other = (byte[])one.Clone();
        other[0x68] = 0xff;
        Differ<ReadOnlyMemory<byte>>(
            one, other.AsMemory(0, 299),
            """
                the value: 300 bytes expected, 299 there; the first difference is at offset 104 (0x68)
                  expected  … 60 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f … "`abcdefghijklmno"
                  actual    … 60 61 62 63 64 65 66 67 ff 69 6a 6b 6c 6d 6e 6f … "`abcdefg.ijklmno"
            """);
        Differ(
            one, one[..200],
            """
                the value: 300 bytes expected, 200 there; the first difference is at offset 200 (0xc8)
                  expected  … c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce cf … "................"
                  actual    … c0 c1 c2 c3 c4 c5 c6 c7 "........"
            """);
    }

    [Fact]
    public void Short_bytes_and_lists_stand_in_the_table()
    {
        var message = Fail(m => m.Expect(m.Cold("a", ("a", new byte[] { 104, 105, 10 }))).ToBe("a", ("a", new byte[] { 104, 105 })));
        Assert.Contains("=> 0  2 bytes 68 69 \"hi\"  0.0001ms  3 bytes 68 69 0a \"hi.\"\n", message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.Byte[]", message, StringComparison.Ordinal);

        message = Fail(m => m.Expect(m.Cold("a", ("a", new[] { "x", "y\t" }))).ToBe("a", ("a", ["x"])));
        Assert.Contains("=> 0  [\"x\"]   0.0001ms  [\"x\", \"y\\t\"]\n", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_strings_show_where_they_part() => Differ(
        new string('a', 1000) + "\x1b[31mred" + new string('z', 200),
        new string('a', 1000) + "\n[31mred" + new string('z', 200),
        $"""
            the value: 1208 characters expected, 1208 there; the first difference is at 1000
              expected  …"aaaaaaaa\u001b[31mred{new string('z', 59)}…"
              actual    …"aaaaaaaa\n[31mred{new string('z', 63)}…"
        """);

    [Fact]
    public void Messages_of_errors_that_differ_late_show_where()
    {
        var (one, other) = (new IOException(new string('m', 300) + "1"), new IOException(new string('m', 300) + "2"));
        var message = Fail(m => m.Expect(m.Cold("#", MarbleLegend<string>.Empty.WithError(other))).WithError(one).ToBe("#"));
        Assert.Contains(
            """
                Message: 301 characters expected, 301 there; the first difference is at 300
                  expected  …"mmmmmmmm1"
                  actual    …"mmmmmmmm2"
            """,
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_seen_is_written_as_an_escape()
    {
        var message = Fail(m => m.Expect(m.Cold("a", ("a", "\0\a\r\n\t\x1b[2J\u009b\u202e\u2028\ud800\U000e0001\"\\é漢"))).ToBe(""));
        Assert.Contains("\"\\u0000\\u0007\\r\\n\\t\\u001b[2J\\u009b\\u202e\\u2028\\ud800\\U000e0001\\\"\\\\é漢\"", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, c => char.IsControl(c) && c != '\n');
        message = Fail(m => m.Expect(m.Cold("a", ("a", new Part("\x1b]0;x\a", VmPhase.Init)))).ToBe(""));
        Assert.DoesNotContain(message, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void Members_that_are_equal_but_other_objects_are_told_for_what_they_are() => Differ(
        Some with { Place = Some.Place with { Keys = [1, 2, 3] } },
        Some with { Place = Some.Place with { Keys = [1, 2, 3] } },
        """
            Place.Keys: both read the same, but Int32[] does not call them equal (an array, a list or a class without
              Equals is equal to itself only); ComparedBy takes a comparer
        """);

    [Fact]
    public void Tuples_dictionaries_and_classes_are_looked_into() => Differ(
        (1, new Dictionary<string, Plain> { ["a"] = new() { Size = 1 }, ["b"] = new() }, new string('x', 100)),
        (1, new Dictionary<string, Plain> { ["a"] = new() { Size = 2 } }, new string('x', 100)),
        """
            Item2["a"].Size
              expected  1
              actual    2
            Item2["b"]
              expected  Rx.Vm.Tests.Testing.MarbleDifferenceTests+Plain
              actual    nothing
        """);

    [Fact]
    public void Values_whose_own_code_throws_do_not_hide_the_failure()
    {
        var message = Fail(m => m.Expect(m.Cold("a", ("a", new Rude()))).ToBe("a", ("a", new Rude())));
        Assert.Contains("(Rude: its text threw InvalidOperationException)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_values_and_however_many_the_message_is_bounded()
    {
        var ring = new Ring();
        ring.Next = ring;
        var wide = Enumerable.Range(0, 50_000).ToArray();
        Assert.All<Action<MarbleRun>>(
            [
                m => m.Expect(m.Cold("a", ("a", wide))).ToBe("a", ("a", [.. wide.Reverse()])),
                m => m.Expect(m.Cold("a", ("a", ring))).ToBe("a", ("a", new Ring { Next = ring })),
                m => m.Expect(Observables.Of(Enumerable.Range(0, 20_000).Select(i => new Part(new('\u001b', 5000), (VmPhase)i)))).ToBe(""),
                m => m.Expect(Observables.Of(Enumerable.Range(0, 999).Select(i => new string('x', 60) + i))).ToBe(""),
                m =>
                {
                    var source = m.Cold("-");
                    for (var i = 0; i < 3000; i++)
                    {
                        source.Subscribe().Dispose();
                    }

                    m.ExpectSubscriptions(source).ToBe([.. Enumerable.Repeat("-^!", 2000)]);
                },
            ],
            body => Assert.InRange(Fail(body).Length, 1, 20_000));
    }

    [Fact]
    public void The_failing_expectation_is_where_the_message_and_the_stack_trace_point()
    {
        var line = 0;
        var e = Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            m.Expect(m.Cold("a")).ToBe("a");
            m.Expect(m.Cold("a"), "second"
                ).ToBe("b"); line = Line();
            m.ExpectSubscriptions(m.Cold("a"), "third").ToBe("^!");
        }));

        Assert.Contains($"second: the first difference is at 0\n  in {File()}:line {line - 1}\n", e.Message, StringComparison.Ordinal);
        Assert.Contains($"expected 1, saw 0; the first difference is at 0\n  in {File()}:line {line + 1}\n", e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"   at a failed expectation in {File()}:line {line - 1}{Environment.NewLine}   at ", e.StackTrace, StringComparison.Ordinal);
        Assert.Contains(e.StackTrace!, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Expectations_that_never_could_hold_are_pointed_at_too()
    {
        var line = 0;
        var open = Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            m.Expect(m.Cold("a")); line = Line();
        }));
        Assert.EndsWith($"has no matcher: say ToBe or ToEqual\n  in {File()}:line {line}", open.Message, StringComparison.Ordinal);
        Assert.StartsWith($"   at a failed expectation in {File()}:line {line}", open.StackTrace, StringComparison.Ordinal);

        var endless = Assert.Throws<MarbleException>(() => Marble.Run(m =>
        {
            m.Expect(Observables.Ticks(m.Scheduler)).ToBe(""); line = Line();
        }));
        Assert.StartsWith($"   at a failed expectation in {File()}:line {line}", endless.StackTrace, StringComparison.Ordinal);
    }

    private static void Differ<T>(T expected, T actual, string text)
    {
        using (Culture.OfCommas())
        {
            var message = Fail(m => m.Expect(m.Cold("a", ("a", actual))).ToBe("a", ("a", expected)));
            var begin = message.IndexOf("  how the two differ\n", StringComparison.Ordinal);
            Assert.True(begin > 0, message);
            Assert.Equal(text, message[(begin + 21)..message.IndexOf("\n\n", begin, StringComparison.Ordinal)]);
        }
    }

    private static string Fail(Action<MarbleRun> body) => Assert.Throws<MarbleException>(() => Marble.Run(body)).Message;

    private static int Line([CallerLineNumber] int line = 0) => line;

    private static string File([CallerFilePath] string file = "") => file;

    private sealed record Job(string Why, Place Place, ImmutableArray<Part> Parts);

    private sealed record Place(int Rack, int[] Keys, ImmutableArray<byte> Seal);

    private sealed record Part(string Name, VmPhase Phase);

    private sealed class Plain
    {
        public int Size { get; init; }
    }

    private sealed class Ring
    {
        public Ring? Next { get; set; }
    }

    private sealed class Rude
    {
        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        public override int GetHashCode() => 0;

        public override string ToString() => throw new InvalidOperationException("no");
    }

    private static class Observables
    {
        public static IObservable<T> Of<T>(IEnumerable<T> values) => System.Reactive.Linq.Observable.ToObservable(values);

        public static IObservable<long> Ticks(System.Reactive.Concurrency.IScheduler time) =>
            System.Reactive.Linq.Observable.Interval(TimeSpan.FromSeconds(1), time);
    }
}
