using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Fold.Search;

/// <summary>
/// The closed search of the whole: every state that can be reached in a <see cref="World"/>, under everything that can happen in it. Depth
/// first, and only the keys of states are kept, so that what is held is the set of keys and a short stack.
/// </summary>
internal sealed class TreeSearch
{
    private readonly World _world;
    private readonly KeySet _seen = new();
    private readonly Stack<State> _open = [];
    private readonly List<Event> _events = [];
    private readonly int _silenceEvery;
    private readonly int _most;

    private TreeSearch(World world, int silenceEvery, int most) => (_world, _silenceEvery, _most) = (world, silenceEvery, most);

    public int States => _seen.Count;

    public long Transitions { get; private set; }

    /// <summary>Whether every reachable state was seen.</summary>
    public bool IsClosed => _open.Count == 0;

    public Breach? Broken { get; private set; }

    public int LongestSilence { get; private set; }

    public ulong Kinds { get; private set; }

    public HashSet<(RequestKind Kind, Verdict Verdict)> Answers { get; } = [];

    public HashSet<VmPhase> Phases { get; } = [];

    public HashSet<VmReason> Reasons { get; } = [];

    /// <summary>Searches <paramref name="world"/>; silence is tried from every so many-th state.</summary>
    public static TreeSearch Run(World world, int silenceEvery = 1, int most = int.MaxValue)
    {
        var search = new TreeSearch(world, silenceEvery, most);
        search.Reach(TreeFold.Initial(keep: false));
        search.Reach(TreeFold.Initial(keep: true));
        while (search.Broken is null && search.States < most && search._open.TryPop(out var state))
        {
            search.Expand(state);
        }

        return search;
    }

    private void Expand(State s)
    {
        _world.Events(s, _events);
        foreach (var e in _events)
        {
            Transitions++;
            if (Try(s, e) is not { } step)
            {
                return;
            }

            foreach (var answer in step.Answers)
            {
                Answers.Add((Asked(s, e, answer.Token), answer.Verdict));
            }

            if (step.Changed)
            {
                Reach(step.State);
            }
        }
    }

    private Step? Try(State s, in Event e)
    {
        try
        {
            var step = TreeFold.Step(s, e);
            var law = TreeLaws.Of(step);
            if (law == Law.None)
            {
                return step;
            }

            Broken ??= new(law, $"{Words.Of(s)}\n + {e.Input} #{e.Target} op {e.Op}\n -> {Words.Of(step.State)}\n answers {string.Join(", ", step.Answers)}");
        }
        catch (Exception fault)
        {
            Broken ??= new(Law.Total, $"{fault.Message} at {Words.Of(s)} + {e.Input}");
        }

        return null;
    }

    private Law Judge(State s)
    {
        try
        {
            var law = TreeLaws.Of(s);
            return law == Law.None && States % _silenceEvery == 0 ? Quiet(s) : law;
        }
        catch (Exception fault)
        {
            Broken ??= new(Law.Total, $"{fault.Message} at {Words.Of(s)}");
            return Law.None;
        }
    }

    private Law Quiet(State s)
    {
        var (oldest, newest) = (Silence.Length(s, newest: false), Silence.Length(s, newest: true));
        LongestSilence = Math.Max(LongestSilence, Math.Max(oldest, newest));
        return oldest < 0 || newest < 0 ? Law.SilenceEnds : Law.None;
    }

    private static RequestKind Asked(State s, Event e, long token)
    {
        foreach (var request in s.Requests)
        {
            if (request.Token == token)
            {
                return request.Core.Kind;
            }
        }

        return e.Input.Asked;
    }

    private void Reach(State s)
    {
        if (!_seen.Add(StateKey.Of(s)))
        {
            return;
        }

        _open.Push(s);
        Phases.Add(Faces.Of(s.Machine, s.Pod));
        Reasons.Add(s.Machine.Reason);
        foreach (var op in s.Ops)
        {
            Kinds |= 1UL << (int)op.Kind;
        }

        if (Judge(s) is var law && law != Law.None)
        {
            Broken ??= new(law, Words.Of(s));
        }
    }
}
