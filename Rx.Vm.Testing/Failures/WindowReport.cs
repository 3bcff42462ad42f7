using System.Text;
using Rx.Vm.Testing.Notation;
using Rx.Vm.Testing.Running;

namespace Rx.Vm.Testing.Failures;

/// <summary>Tells how subscriptions differ from what was expected.</summary>
internal static class WindowReport
{
    private const int Most = 12;
    private const int Before = 4;

    public static string Write(string name, CallSite site, MarbleWindow[] expected, MarbleWindow[] actual, TimeSpan frame)
    {
        var index = expected.Zip(actual).TakeWhile(p => Windows.Frames(p.First, frame) == Windows.Frames(p.Second, frame)).Count();
        var text = new StringBuilder($"{name}: expected {expected.Length}, saw {actual.Length}; ");
        text.Append($"the first difference is at {Durations.Words(Caret(expected, actual, index, frame) * frame.Ticks)}\n  {site}\n\n");
        var lanes = Around(expected, index).Select(w => Lane($"expected {w.Number}", w.Window, frame))
            .Concat(Around(actual, index).Select(w => Lane($"actual {w.Number}", w.Window, frame)));
        foreach (var line in new Picture([.. lanes], frame, Caret(expected, actual, index, frame)).Lines())
        {
            text.Append(line).Append('\n');
        }

        text.Append("\n  expected\n").AppendJoin('\n', Rows(expected, index));
        return text.Append("\n  actual\n").AppendJoin('\n', Rows(actual, index)).ToString();
    }

    /// <summary>A window in words.</summary>
    public static string Words(MarbleWindow window) =>
        $"from {Time(window.Subscribe)} {(window.Unsubscribe is { } end ? $"to {Time(end)}" : "on")}";

    private static IEnumerable<(int Number, MarbleWindow Window)> Around(MarbleWindow[] windows, int index) =>
        windows.Select((w, i) => (i + 1, w)).Skip(Math.Max(0, Math.Min(index - Before, windows.Length - Most))).Take(Most);

    private static IEnumerable<string> Rows(MarbleWindow[] windows, int index)
    {
        var rows = Around(windows, index).Select(w => $"    {Words(w.Window)}").DefaultIfEmpty("    none");
        return windows.Length > Most ? rows.Append($"    … {windows.Length - Most} more are not shown") : rows;
    }

    private static string Time(TimeSpan time) => Durations.Words(time.Ticks);

    private static long Caret(MarbleWindow[] expected, MarbleWindow[] actual, int index, TimeSpan frame)
    {
        if (index >= expected.Length || index >= actual.Length)
        {
            return Windows.Frames(index < expected.Length ? expected[index] : actual[index], frame).Begin;
        }

        var (one, other) = (Windows.Frames(expected[index], frame), Windows.Frames(actual[index], frame));
        return one.Begin != other.Begin ? Math.Min(one.Begin, other.Begin) : Math.Min(one.End ?? long.MaxValue, other.End ?? long.MaxValue);
    }

    private static PictureLane Lane(string title, MarbleWindow window, TimeSpan frame)
    {
        var (begin, end) = Windows.Frames(window, frame);
        var cells = new SortedDictionary<long, string> { [begin] = begin == end ? "^!" : "^" };
        if (end > begin)
        {
            cells[end.Value] = "!";
        }

        return new(title, cells, begin, end ?? long.MaxValue);
    }
}
