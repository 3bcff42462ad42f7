using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>Shares the lives of a campaign between workers and adds up what they find.</summary>
/// <param name="reduce">The reducer under test.</param>
/// <param name="workers">How many threads.</param>
internal sealed class FaultCampaign(Reducer reduce, int workers)
{
    private const int Batch = 1000;

    /// <summary>The lives of <paramref name="course"/> with up to <paramref name="most"/> faults: what those with none, one … came to.
    /// </summary>
    public IReadOnlyList<Tally> Exhaust(Course course, int most)
    {
        var trees = Share(worker =>
        {
            var tree = new Tree(new Stage(reduce), most);
            tree.Live(course, worker, workers);
            return tree.Tallies;
        });
        return [.. Enumerable.Range(0, most + 1).Select(faults => Sum(trees.Select(t => t[faults])))];
    }

    /// <summary>Round number <paramref name="round"/> of <paramref name="size"/> random lives, of the reducer alone.</summary>
    public Tally Random(ulong seed, int round, int size) => Random(seed, round, size, () => new Stage(reduce));

    /// <summary>The same lives through the real pipeline in virtual time.</summary>
    public static Tally ThroughPipeline(ulong seed, int size, int workers) => new FaultCampaign(VmReducer.Reduce, workers)
        .Random(seed, 0, size, () => new Stage(VmReducer.Reduce) { Pipeline = new PipelineMachine() });

    private Tally Random(ulong seed, int round, int size, Func<Stage> newStage) => Sum(Share(worker =>
    {
        var stage = newStage();
        var lives = new RandomLives(stage, seed);
        var tally = new Tally();
        for (var first = worker * Batch; first < size; first += workers * Batch)
        {
            for (var i = first; i < Math.Min(first + Batch, size); i++)
            {
                lives.Live((long)round * size + i, tally);
            }
        }

        tally.Enter(stage.States);
        return tally;
    }));

    /// <summary>Everything together.</summary>
    public static Tally Sum(IEnumerable<Tally> parts)
    {
        var sum = new Tally();
        foreach (var part in parts)
        {
            sum.Add(part);
        }

        return sum;
    }

    // Threads of their own: the work never waits, and a pool that is busy with it would starve everybody else.
    private T[] Share<T>(Func<int, T> work)
    {
        var results = new T[workers];
        var threads = Enumerable.Range(0, workers).Select(w => new Thread(() => results[w] = work(w))).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        return results;
    }
}
