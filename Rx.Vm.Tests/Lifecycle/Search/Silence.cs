using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>
/// How long a machine lives on when nothing but its deadlines ever happens to it. Each armed deadline may be any part of its time old, so any
/// of them may be the next to fire, and the shortest bounds the wait for it; the longest of all such lives is reported.
/// </summary>
internal sealed class Silence(StateSearch search, Reducer reduce, VmTimeouts timeouts)
{
    private static readonly TimeSpan Underway = TimeSpan.MinValue;
    private readonly Dictionary<VmCore, TimeSpan> _longest = [];

    /// <summary>States, except those before the launch, that wait for ever: nothing is armed, or firing leads back to them.</summary>
    public List<VmCore> Stuck { get; } = [];

    /// <summary>The longest time until <paramref name="state"/> is gone; zero for a state that waits for ever, see <see cref="Stuck"/>.</summary>
    public TimeSpan Longest(VmCore state)
    {
        if (state.Phase is VmPhase.Preparing or VmPhase.Gone)
        {
            return TimeSpan.Zero;
        }

        if (_longest.TryGetValue(state, out var known) && known != Underway)
        {
            return known;
        }

        if (state.Armed.IsEmpty || known == Underway || search.IndexOf(state) < 0)
        {
            Stuck.Add(state);
            return TimeSpan.Zero;
        }

        _longest[state] = Underway;
        var armed = Enum.GetValues<DeadlineKind>().Where(state.Armed.Has).ToList();
        return _longest[state] = armed.Min(timeouts.For) + armed.Max(kind => Longest(reduce(state, Inputs.Elapsed(kind)).Next));
    }
}
