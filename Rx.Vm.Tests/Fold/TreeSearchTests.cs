using Rx.Vm.Fold;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Fold;

/// <summary>
/// The proof of the composition: every state that can be reached in a small world, under everything that can happen in it, keeps every law. The
/// largest world is searched by the long runs, see <see cref="Variable"/>.
/// </summary>
[Slow]
public class TreeSearchTests(ITestOutputHelper output)
{
    /// <summary>Set to 1, all of the whole is searched.</summary>
    public const string Variable = "RX_TREE_WHOLE";

    // An unoptimised build is given less, and the whole less than all unless it is asked for; the laws are the same.
#if DEBUG
    private const int Most = 20_000;
    private const int MostOfTheWhole = 20_000;
#else
    private const int Most = int.MaxValue;
    private const int MostOfTheWhole = 150_000;
#endif

    public static TheoryData<string> Large => [.. Worlds.Large.Select(world => world.Name)];

    public static TheoryData<string> Small => [.. Worlds.Small.Select(world => world.Name)];

    [Theory]
    [MemberData(nameof(Small))]
    public void Every_state_of_a_small_world_keeps_every_law(string name)
    {
        var search = Search(Worlds.Small.Single(world => world.Name == name), silenceEvery: 8, Most);
        Assert.Equal(Most == int.MaxValue, search.IsClosed);
        Assert.InRange(search.LongestSilence, 1, 20);
    }

    // Depth first: what is seen of it is whole lives, not beginnings.
    [Theory]
    [MemberData(nameof(Large))]
    public void Every_state_that_is_seen_of_a_large_world_keeps_every_law(string name)
    {
        var whole = Environment.GetEnvironmentVariable(Variable) == "1";
        var search = Search(Worlds.Large.Single(world => world.Name == name), silenceEvery: 64, whole ? int.MaxValue : MostOfTheWhole);
        Assert.True(search.IsClosed || !whole);
    }

    [Fact]
    public void Every_operation_reason_phase_and_answer_is_reached()
    {
        var search = Search(Worlds.One, silenceEvery: 1, int.MaxValue);
        Assert.Equal(OpSet.Kinds - 1, System.Numerics.BitOperations.PopCount(search.Kinds));
        Assert.Equal(Enum.GetValues<VmPhase>(), search.Phases.Order());
        Assert.All(Enum.GetValues<RequestKind>().Except([RequestKind.None, RequestKind.AddContainer]), kind =>
        {
            Assert.Contains((kind, Verdict.Done), search.Answers);
            Assert.True(kind == RequestKind.Boot || search.Answers.Contains((kind, Verdict.TimedOut)), $"{kind}");
        });
    }

    private TreeSearch Search(World world, int silenceEvery, int most)
    {
        var search = TreeSearch.Run(world, silenceEvery, most);
        output.WriteLine($"{world.Name}: {search.States:N0} states, {search.Transitions:N0} transitions, closed: {search.IsClosed}, "
            + $"{search.LongestSilence} deadlines at most");
        Assert.True(search.Broken is null, $"{search.Broken}");
        return search;
    }
}
