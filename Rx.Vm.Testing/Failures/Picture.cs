using System.Text;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Failures;

/// <summary>
/// Streams drawn below one another on one time axis, in characters: what happens at the same time stands in the same column. Short gaps
/// are as long as in a diagram, long ones are a duration; a caret points at one time.
/// </summary>
internal sealed class Picture(IReadOnlyList<PictureLane> lanes, TimeSpan frame, long caret)
{
    private const int LongestGap = 16;
    private const int Width = 100;
    private const string Cut = "… ";

    private readonly long[] _times = [.. lanes.SelectMany(l => l.Cells.Keys).Append(caret).Distinct().Order()];

    /// <summary>The lines, each indented by two.</summary>
    public IEnumerable<string> Lines()
    {
        var titles = lanes.Max(l => l.Title.Length);
        var (first, last) = Shown();
        var lead = first == 0 ? "" : Cut;
        var (axis, point) = Axis(first, last, lead.Length);
        yield return $"  {new string(' ', titles)}  {axis}";
        foreach (var lane in lanes)
        {
            var text = new StringBuilder(lead);
            for (var i = first; i <= last; i++)
            {
                text.Append(i == first && first > 0 ? "" : Draw(lane, i)).Append(Cell(lane, i));
            }

            yield return $"  {lane.Title.PadRight(titles)}  {text.ToString().TrimEnd()}{(last < _times.Length - 1 ? " …" : "")}";
        }

        yield return $"  {new string(' ', titles + 2 + point)}^";
    }

    // As many times around the caret as fit.
    private (int First, int Last) Shown()
    {
        var (first, last) = (Array.IndexOf(_times, caret), Array.IndexOf(_times, caret));
        var width = Columns(first);
        for (var grows = true; grows;)
        {
            grows = false;
            if (first > 0 && width + Columns(first - 1) + Gap(first).Length <= Width)
            {
                width += Columns(--first) + Gap(first + 1).Length;
                grows = true;
            }

            if (last < _times.Length - 1 && width + Columns(last + 1) + Gap(last + 1).Length <= Width)
            {
                width += Columns(++last) + Gap(last).Length;
                grows = true;
            }
        }

        return (first, last);
    }

    private (string Axis, int Caret) Axis(int first, int last, int lead)
    {
        var text = new StringBuilder(new string(' ', lead));
        var (at, free, point) = (lead, 0, 0);
        for (var i = first; i <= last; i++)
        {
            at += i == first && first > 0 ? 0 : Gap(i).Length;
            var label = Durations.Words(_times[i] * frame.Ticks);
            if (at >= free)
            {
                text.Append(' ', at - text.Length).Append(label);
                free = at + label.Length + 1;
            }

            point = _times[i] == caret ? at : point;
            at += Columns(i);
        }

        return (text.ToString(), point);
    }

    private int Columns(int i) => Math.Max(1, lanes.Max(l => l.Cells.GetValueOrDefault(_times[i], "").Length));

    /// <summary>The time that passes before a column.</summary>
    private string Gap(int i)
    {
        var frames = i == 0 ? _times[0] : _times[i] - _times[i - 1] - 1;
        return frames <= LongestGap ? new string('-', (int)frames) : $" {Durations.Words(frames * frame.Ticks)} ";
    }

    private string Draw(PictureLane lane, int i)
    {
        var (begin, end) = (i == 0 ? 0 : _times[i - 1] + 1, _times[i]);
        return begin >= lane.From && end <= lane.Until ? Gap(i) : new string(' ', Gap(i).Length);
    }

    private string Cell(PictureLane lane, int i)
    {
        var rest = _times[i] >= lane.From && _times[i] < lane.Until ? '-' : ' ';
        return lane.Cells.GetValueOrDefault(_times[i], "").PadRight(Columns(i), rest);
    }
}
