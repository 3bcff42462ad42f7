using System.Text;

namespace Rx.Vm.Testing.Notation;

/// <summary>Writes recordings as diagrams.</summary>
internal static class DiagramWriter
{
    // More dashes than this are never shorter than a duration.
    private const int MostDashes = 64;

    // After a duration, a few dashes can be shorter than more digits: "1m -".
    private const int DashesAfter = 8;

    public static MarbleText<T> Write<T>(MarbleRecording<T> recording, MarbleLegend<T> legend, TimeSpan frame)
    {
        var names = new NameTable<T>(legend, null, recording);
        var (diagram, isList) = Write(recording.Select(e => (e.At.Ticks, names.Token(e.Notification))), frame.Ticks);
        return new(diagram, names.Legend, frame, isList);
    }

    /// <summary>Members with their times as marbles if they can be, else in the list form.</summary>
    public static (string Diagram, bool IsList) Write(IEnumerable<(long Ticks, string Token)> members, long frame)
    {
        var all = members.ToList();
        var marbles = Marbles(all, frame);
        return (marbles ?? $"{{{string.Join(", ", all.Select(m => ListForm.Item(m.Ticks, m.Token)))}}}", marbles is null);
    }

    public static string WriteWindow(MarbleWindow window, long frame)
    {
        var begin = window.Subscribe.Ticks;
        List<(long, string)> members = window.Unsubscribe is { } end ? [(begin, "^"), (end.Ticks, "!")] : [(begin, "^")];
        return begin < 0 || window.Unsubscribe < window.Subscribe
            ? throw new MarbleException("the window begins before time zero, or ends before it begins")
            : Marbles(members, frame) ?? throw new MarbleException("the window ends within its first frame");
    }

    /// <summary>The marbles, or null if a time is too close to the one before it.</summary>
    private static string? Marbles(List<(long Ticks, string Token)> members, long frame)
    {
        var pieces = new List<string>();
        var now = 0L;
        foreach (var (at, tokens) in Instants(members))
        {
            // Before its '^' a diagram may begin at any time.
            now = pieces.Count == 0 ? Math.Min(now, at) : now;
            if (at < now)
            {
                return null;
            }

            if (at > now)
            {
                pieces.Add(Gap(at - now, frame, pieces.Count == 0));
            }

            pieces.AddRange(tokens.Count == 1 ? tokens : [.. tokens.Prepend("(").Append(")")]);
            now = at + ((tokens.Count == 1 ? 1 : tokens.Count + 2) * frame);
        }

        return Join(pieces);
    }

    // Equal times together, and a '^' at zero if anything is before it.
    private static List<(long At, List<string> Tokens)> Instants(List<(long Ticks, string Token)> members)
    {
        var all = members is [{ Ticks: < 0 }, ..] ? members.Prepend((Ticks: 0, Token: "^")).OrderBy(m => m.Ticks) : members.AsEnumerable();
        var instants = new List<(long At, List<string> Tokens)>();
        foreach (var (at, token) in all)
        {
            if (instants.Count == 0 || instants[^1].At != at)
            {
                instants.Add((at, []));
            }

            instants[^1].Tokens.Add(token);
        }

        return instants;
    }

    private static string Gap(long gap, long frame, bool first)
    {
        var lead = first ? "" : " ";
        var best = gap % frame == 0 && gap / frame <= MostDashes ? new string('-', (int)(gap / frame)) : null;
        for (var dashes = 0; dashes <= DashesAfter && dashes * frame < gap; dashes++)
        {
            var rest = gap - (dashes * frame);
            var tail = $" {new string('-', dashes)}";
            Consider($"{lead}{Durations.Shortest(rest)}{tail}");
            if (rest > TimeSpan.TicksPerMinute && rest % TimeSpan.TicksPerMinute != 0)
            {
                var minutes = rest - (rest % TimeSpan.TicksPerMinute);
                Consider($"{lead}{Durations.Shortest(minutes)} {Durations.Shortest(rest - minutes)}{tail}");
            }
        }

        return best!;

        void Consider(string text) => best = best is null || text.Length < best.Length ? text : best;
    }

    // Digits after a blank, or at the beginning, must not look like a duration, nor a name after a '#' like that of the error. A blank
    // takes no time and is shorter than brackets.
    private static string Join(List<string> pieces)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pieces.Count; i++)
        {
            if (char.IsAsciiDigit(pieces[i][0]) && pieces[i].Length == 1 && (text.Length == 0 || text[^1] == ' '))
            {
                i = Digits(pieces, i, text) - 1;
                continue;
            }

            text.Append(i > 0 && pieces[i - 1] == "#" && pieces[i][0] == '[' ? " " : "").Append(pieces[i]);
        }

        return text.ToString();
    }

    /// <summary>Appends values that are digits (and a point), and a blank if a unit follows them.</summary>
    /// <returns>The piece after them.</returns>
    private static int Digits(List<string> pieces, int index, StringBuilder text)
    {
        var ahead = new StringBuilder();
        while (index < pieces.Count && pieces[index] is [(>= '0' and <= '9') or '.'])
        {
            ahead.Append(pieces[index++]);
        }

        text.Append(ahead);
        ahead.AppendJoin("", pieces.Skip(index).Take(2));
        text.Append(Durations.Match(ahead.ToString(), out _) > 0 ? " " : "");
        return index;
    }
}
