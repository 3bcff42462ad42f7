using System.Reactive;
using System.Text;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing.Failures;

/// <summary>
/// Tells how a stream differs from what was expected: both drawn on one axis, the legend, a table with exact times, the subscriptions, and
/// the actual stream as a diagram that can be pasted into the test.
/// </summary>
internal sealed class StreamReport<T>(
    string name, CallSite site, MarbleRun run, MarbleLegend<T> legend, IEqualityComparer<T>? comparer, MarbleWindow? window)
{
    private const int MostRows = 24;
    private const int MostSources = 8;
    private const int LongestDiagram = 8000;
    private const int MostMarbles = 1000;
    private const int WidestInstant = 80;
    private const int RowsBefore = 8;

    private readonly TimeSpan _frame = run.Options.Frame;

    /// <summary>The text, or null if there is no difference and no violation.</summary>
    public string? Write(MarbleRecording<T> expected, MarbleRecording<T> actual, IReadOnlyList<string> violations)
    {
        var index = FirstDifference(expected, actual);
        if (index is null && violations.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder(name).Append(": ");
        text.Append(index is { } at
            ? $"the first difference is at {Time(Caret(expected, actual, at))}"
            : "as expected, but the stream broke a rule").Append($"\n  {site}");
        foreach (var violation in violations)
        {
            text.Append($"\n  {violation}");
        }

        var names = new NameTable<T>(legend, comparer, expected, actual);
        var caret = Caret(expected, actual, index ?? Math.Max(0, actual.Count - 1));
        var picture = new Picture([Lane("expected", expected, names), Lane("actual", actual, names)], _frame, caret);
        text.Append("\n\n").AppendJoin('\n', index is null ? picture.Lines().SkipLast(1) : picture.Lines());
        Legend(text, names);
        Table(text, expected, actual, index);
        Differences(text, expected, actual, index);
        Subscriptions(text);
        return text.Append($"\n\n  the actual stream as a diagram\n    {Floor(actual, names)}").ToString();
    }

    private int? FirstDifference(MarbleRecording<T> expected, MarbleRecording<T> actual)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            if (i >= expected.Count || i >= actual.Count || Frame(expected[i]) != Frame(actual[i])
                || !Sameness.Same(expected[i].Notification, actual[i].Notification, comparer))
            {
                return i;
            }
        }

        return null;
    }

    private long Caret(MarbleRecording<T> expected, MarbleRecording<T> actual, int index) => Math.Min(
        index < expected.Count ? Frame(expected[index]) : long.MaxValue,
        index < actual.Count ? Frame(actual[index]) : index < expected.Count ? long.MaxValue : 0);

    private long Frame(MarbleEvent<T> e) => e.At.Ticks / _frame.Ticks;

    private string Time(long frame) => Durations.Words(frame * _frame.Ticks);

    private PictureLane Lane(string title, MarbleRecording<T> recording, NameTable<T> names)
    {
        var cells = new SortedDictionary<long, string>();
        foreach (var instant in recording.GroupBy(Frame))
        {
            cells[instant.Key] = Cell([.. instant.Select(e => names.Token(e.Notification))]);
        }

        var ended = recording.Count > 0 && recording[^1].Notification.Kind != NotificationKind.OnNext;
        return new(title, cells, Until: ended ? Frame(recording[^1]) : long.MaxValue);
    }

    // What happens at one instant is as wide as it is many.
    private static string Cell(List<string> tokens)
    {
        var text = new StringBuilder(tokens.Count > 1 ? "(" : "");
        foreach (var token in tokens)
        {
            if (text.Length > 0 && text.Length + token.Length > WidestInstant)
            {
                return text.Append("…)").ToString();
            }

            text.Append(token);
        }

        return text.Append(tokens.Count > 1 ? ")" : "").ToString();
    }

    private static void Legend(StringBuilder text, NameTable<T> names)
    {
        var used = names.Legend;
        var entries = used.Select(e => (Name: Names.Token(e.Name), Text: ValueText.Of(e.Value)))
            .Concat(used.Errors.Select(e => (Name: e.Token, Text: e.Description))).ToList();
        if (entries.Count > 0)
        {
            text.Append("\n\n  legend\n").AppendJoin('\n', entries.Take(MostRows).Select(e => $"    {e.Name} = {e.Text}"));
            text.Append(entries.Count > MostRows ? $"\n    … and {entries.Count - MostRows} more" : "");
        }
    }

    private void Table(StringBuilder text, MarbleRecording<T> expected, MarbleRecording<T> actual, int? difference)
    {
        var count = Math.Max(expected.Count, actual.Count);
        var from = count <= MostRows ? 0 : Math.Clamp((difference ?? 0) - RowsBefore, 0, count - MostRows);
        var rows = Enumerable.Range(from, Math.Min(count, MostRows))
            .Select(i => (Index: i, Expected: Row(expected, i), Actual: Row(actual, i))).ToList();
        var (times, values) = (Width(rows, r => r.Expected.Time), Math.Max("expected".Length - 2, Width(rows, r => r.Expected.Value)));
        var others = Width(rows, r => r.Actual.Time);
        text.Append($"\n\n      {"expected".PadRight(times + 2 + values)}  actual");
        text.Append(from > 0 ? $"\n      … {from} rows before" : "");
        foreach (var (index, one, other) in rows)
        {
            var line = $"{one.Time.PadLeft(times)}  {one.Value.PadRight(values)}  {other.Time.PadLeft(others)}  {other.Value}";
            text.Append($"\n   {(index == difference ? "=>" : "  ")} {line.TrimEnd()}");
        }

        text.Append(count - from > MostRows ? $"\n      … {count - from - MostRows} rows after" : "");
    }

    private void Differences(StringBuilder text, MarbleRecording<T> expected, MarbleRecording<T> actual, int? difference)
    {
        if (difference is not { } at || at >= expected.Count || at >= actual.Count
            || Sameness.Same(expected[at].Notification, actual[at].Notification, comparer))
        {
            return;
        }

        var lines = (expected[at].Notification, actual[at].Notification) switch
        {
            ({ HasValue: true } one, { HasValue: true } other) => ValueDifferences.Lines(one.Value, other.Value),
            ({ Exception: { } one }, { Exception: { } other }) => ValueDifferences.Lines(one, other),
            _ => [],
        };
        if (lines.Count > 0)
        {
            text.Append($"\n\n  how the two differ\n").AppendJoin('\n', lines);
        }
    }

    private static int Width<TRow>(List<TRow> rows, Func<TRow, string> text) => rows.Select(r => text(r).Length).DefaultIfEmpty(0).Max();

    private static (string Time, string Value) Row(MarbleRecording<T> recording, int index) => index >= recording.Count
        ? ("", "-")
        : (Durations.Words(recording[index].At.Ticks), recording[index].Notification switch
        {
            { Kind: NotificationKind.OnNext } n => ValueText.Of(n.Value),
            { Kind: NotificationKind.OnError } n => $"error {ValueText.Of(n.Exception!)}",
            _ => "completed",
        });

    private void Subscriptions(StringBuilder text)
    {
        text.Append("\n\n  subscriptions");
        text.Append($"\n    this expectation  {(window is { } own ? WindowReport.Words(own) : "none: its window never began")}");
        foreach (var (source, windows) in run.Sources.Take(MostSources))
        {
            var all = string.Join(", ", windows.Take(MostSources).Select(w => WindowReport.Words(Windows.Of(w))));
            text.Append($"\n    {source}  {(all.Length == 0 ? "none" : all)}");
        }

        text.Append(run.Sources.Skip(MostSources).Any() ? "\n    … and more" : "");
    }

    // By whole frames, since that is how it was compared.
    private string Floor(MarbleRecording<T> actual, NameTable<T> names)
    {
        var diagram = actual.Count > MostMarbles
            ? null
            : DiagramWriter.Write(actual.Select(e => (Frame(e) * _frame.Ticks, names.Token(e.Notification))), _frame.Ticks).Diagram;
        return diagram is null || diagram.Length > LongestDiagram ? $"would have {actual.Count} marbles" : diagram;
    }
}
