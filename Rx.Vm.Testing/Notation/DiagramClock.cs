namespace Rx.Vm.Testing.Notation;

/// <summary>Counts the time from part to part.</summary>
internal sealed class DiagramClock(long frame)
{
    private long _now;
    private int _group = -1;
    private int _members;
    private bool _origin;
    private bool _end;

    public List<Mark> Marks { get; } = [];

    public DiagramFault? Add(Mark part)
    {
        var fault = part.Kind switch
        {
            MarkKind.Gap => Gap(part),
            MarkKind.GroupBegin => Open(part),
            MarkKind.GroupEnd => Close(part),
            MarkKind.Origin => Once(part, ref _origin) ?? Member(part),
            MarkKind.End => Once(part, ref _end) ?? Member(part),
            MarkKind.Value or MarkKind.Completion or MarkKind.Error => Member(part),
        };
        return fault ?? (_now > Durations.Max ? new(part.Index, "the diagram is too long") : null);
    }

    public DiagramFault? Finish() => _group >= 0 ? new(_group, "the group is never closed") : null;

    private static DiagramFault? Once(Mark part, ref bool seen)
    {
        var again = seen;
        seen = true;
        return again ? new(part.Index, $"there can be only one '{(part.Kind == MarkKind.Origin ? '^' : '!')}'") : null;
    }

    private DiagramFault? Gap(Mark part)
    {
        _now += part.Ticks;
        return _group >= 0 ? new(part.Index, "no time passes inside a group") : null;
    }

    private DiagramFault? Open(Mark part)
    {
        if (_group >= 0)
        {
            return new(part.Index, "a group cannot be inside a group");
        }

        (_group, _members) = (part.Index, 0);
        return null;
    }

    private DiagramFault? Close(Mark part)
    {
        if (_group < 0)
        {
            return new(part.Index, "this group was never opened");
        }

        if (_members == 0)
        {
            return new(_group, "the group is empty");
        }

        _group = -1;
        _now += (_members + 2) * frame;
        return null;
    }

    private DiagramFault? Member(Mark part)
    {
        Marks.Add(part with { Ticks = _now });
        _members++;
        _now += _group >= 0 || part.Kind == MarkKind.End ? 0 : frame;
        return null;
    }
}
