using Rx.Vm.Fold;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>A fold as numbers, so that one search serves all of them.</summary>
internal sealed record Subject
{
    public required string Name { get; init; }

    public required int Width { get; init; }

    public required ulong[] Initial { get; init; }

    public required Input[] Inputs { get; init; }

    /// <summary>How many different levels it can hear: words with tallies.</summary>
    public required int Levels { get; init; }

    public required Func<ulong, Input, (ulong Next, OpSet Renew, Denial Refused)> Reduce { get; init; }

    public required Func<ulong, int, ulong> Hear { get; init; }

    public required Func<ulong, OpSet> Wanted { get; init; }

    public required Func<ulong, bool> IsFinal { get; init; }

    /// <summary>The words it tells; each must only rise, except in a state that begins a new life.</summary>
    public Func<ulong, int>[] Words { get; init; } = [];

    /// <summary>Whether <paramref name="core"/> begins a new life, for whose children all words are new.</summary>
    public Func<ulong, bool> Begins { get; init; } = _ => false;

    public required Func<ulong, string> Text { get; init; }
}

/// <summary>The closed search of one fold: every reachable core, under every input and every level.</summary>
internal sealed class Alone
{
    private readonly Subject _subject;
    private readonly HashSet<ulong> _seen;
    private readonly Stack<ulong> _open = [];

    private Alone(Subject subject)
    {
        _subject = subject;
        _seen = [.. subject.Initial];
        Array.ForEach(subject.Initial, _open.Push);
    }

    public IReadOnlyCollection<ulong> States => _seen;

    public long Transitions { get; private set; }

    public Breach? Broken { get; private set; }

    public static Alone Search(Subject subject)
    {
        var search = new Alone(subject);
        while (search.Broken is null && search._open.TryPop(out var core))
        {
            search.Expand(core);
        }

        return search;
    }

    private void Expand(ulong core)
    {
        Check(core >> _subject.Width == 0, Law.Width, core, "");
        var wanted = _subject.Wanted(core);

        // A session's start has the limit of its request; the attendance ends with the process.
        var bounded = (wanted & OpSet.Deadlines) != default || (wanted - OpKind.Attend - OpKind.StartSession).IsEmpty;
        Check(bounded, Law.WorkHasDeadline, core, "");
        foreach (var input in _subject.Inputs)
        {
            var (next, renew, refused) = _subject.Reduce(core, input);
            Check(refused == Denial.None || next == core && renew.IsEmpty, Law.RefusalChangesNothing, core, input);
            var after = _subject.Wanted(next);
            Check(input.Ended == OpKind.None || !wanted.Has(input.Ended) || !after.Has(input.Ended) || renew.Has(input.Ended), Law.EndIsConsumed, core, input);
            Follow(core, next, input);
        }

        for (var level = 0; level < _subject.Levels; level++)
        {
            var next = _subject.Hear(core, level);
            Check(_subject.Hear(next, level) == next, Law.LevelsAreIdempotent, core, level);
            Follow(core, next, level);
        }
    }

    private void Follow(ulong core, ulong next, object by)
    {
        Transitions++;
        Check(!_subject.IsFinal(core) || next == core, Law.FinalStays, core, by);
        foreach (var word in _subject.Words)
        {
            Check(word(next) >= word(core) || _subject.Begins(next), Law.WordsRise, core, by);
        }

        if (_seen.Add(next))
        {
            _open.Push(next);
        }
    }

    private void Check(bool holds, Law law, ulong core, object by)
    {
        if (!holds)
        {
            Broken ??= new(law, $"{_subject.Name}: {_subject.Text(core)} + {by}");
        }
    }
}
