namespace Rx.Vm.Testing.Notation;

/// <summary>Gives the parts of a diagram their times.</summary>
internal static class DiagramReader
{
    public static Diagram Read(string text, long frame) =>
        TryRead(text, frame, out var fault) ?? throw new MarbleSyntaxException(text, fault!.Index, fault.Problem);

    /// <summary>The diagram, or null and why not.</summary>
    public static Diagram? TryRead(string text, long frame, out DiagramFault? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().TrimStart().StartsWith("{"))
        {
            return ListForm.TryRead(text, out fault);
        }

        var marks = Place(text, frame, out fault);
        if (fault is not null)
        {
            return null;
        }

        if (marks.FindIndex(m => m.Kind == MarkKind.End) is >= 0 and var end)
        {
            fault = new(marks[end].Index, "'!' belongs into subscription windows; as a value it is [!]");
            return null;
        }

        var origin = marks.FindIndex(m => m.Kind == MarkKind.Origin);
        var zero = origin < 0 ? 0 : marks[origin].Ticks;
        return new(
            text,
            [.. marks.Where(m => m.Kind != MarkKind.Origin).Select(m => m with { Ticks = m.Ticks - zero })],
            origin < 0 ? null : marks[origin].Index);
    }

    public static MarbleWindow ReadWindow(string text, long frame)
    {
        ArgumentNullException.ThrowIfNull(text);
        var marks = Place(text, frame, out var fault);
        if (fault is null && marks.FindIndex(m => m.Kind is not (MarkKind.Origin or MarkKind.End)) is >= 0 and var stranger)
        {
            fault = new(marks[stranger].Index, "a subscription window has '^', '!' and time only");
        }

        var begin = marks.FindIndex(m => m.Kind == MarkKind.Origin);
        var end = marks.FindIndex(m => m.Kind == MarkKind.End);
        if (fault is null && begin < 0)
        {
            fault = new(0, "a subscription window begins with '^'");
        }

        if (fault is null && end >= 0 && end < begin)
        {
            fault = new(marks[end].Index, "'!' comes after '^'");
        }

        if (fault is not null)
        {
            throw new MarbleSyntaxException(text, fault.Index, fault.Problem);
        }

        return new(TimeSpan.FromTicks(marks[begin].Ticks), end < 0 ? null : TimeSpan.FromTicks(marks[end].Ticks));
    }

    private static List<Mark> Place(string text, long frame, out DiagramFault? fault)
    {
        var scanner = new DiagramScanner(text, frame);
        var parts = scanner.Scan();
        var clock = new DiagramClock(frame);
        fault = scanner.Fault;
        for (var i = 0; fault is null && i < parts.Count; i++)
        {
            fault = clock.Add(parts[i]);
        }

        fault ??= clock.Finish();
        return clock.Marks;
    }
}
