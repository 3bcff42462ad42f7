namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// Every life with up to so many faults, as a tree: at each delivery a life branches by each fault that can strike there. Lives share
/// what they have in common, so a life costs only what comes after its last fault.
/// </summary>
/// <param name="stage">The reducer, and who looks on.</param>
/// <param name="most">The most faults of one life.</param>
internal sealed class Tree(Stage stage, int most)
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();
    private readonly World[] _forks = new World[most + 1];
    private readonly Fault[] _faults = new Fault[most];
    private readonly Tally[] _tallies = [.. Enumerable.Range(0, most + 1).Select(_ => new Tally())];
    private Course _course;
    private int _struck;
    private long _first;

    /// <summary>What the lives with none, one, two … faults have come to.</summary>
    public IReadOnlyList<Tally> Tallies => _tallies;

    /// <summary>Whether the faults so far may be followed by one more; null: always. For a share of the tree.</summary>
    public Func<ReadOnlySpan<Fault>, bool>? Grows { get; init; }

    /// <summary>Gets each life with its end; null: nobody.</summary>
    public Action<Life, World>? Each { get; init; }

    /// <summary>Whether one broken life is enough.</summary>
    public bool StopsWhenBroken { get; init; }

    /// <summary>Lives the lives whose first fault is one of this worker's, every <paramref name="workers"/>th; the first also lives the one
    /// without a fault.</summary>
    public void Live(Course course, int worker, int workers)
    {
        (_course, _struck, _first) = (course, 0, 0);
        _forks[most] = new World(stage, course);
        ref var world = ref _forks[most];
        while (world.Next(out var message) && !(StopsWhenBroken && _tallies.Any(t => t.Broken > 0)))
        {
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                if (world.CanStrike(Kinds[kind], message) && _first++ % workers == worker)
                {
                    Branch(world, message, kind, most);
                }
            }

            world.Deliver(message);
        }

        if (worker == 0)
        {
            Enter(world);
        }

        _tallies[0].Enter(stage.States);
    }

    // One life from here on, and all that branch off from it.
    private void Live(ref World world, int left)
    {
        var grows = left > 0 && (Grows is null || Grows(_faults.AsSpan(0, _struck)));
        while (world.Next(out var message))
        {
            if (grows)
            {
                Branches(world, message, 0, left);
            }

            world.Deliver(message);
        }

        Enter(world);
    }

    private void Branches(in World world, Message message, int from, int left)
    {
        for (var kind = from; kind < Kinds.Length; kind++)
        {
            if (world.CanStrike(Kinds[kind], message))
            {
                Branch(world, message, kind, left);
            }
        }
    }

    private void Branch(in World world, Message message, int kind, int left)
    {
        ref var fork = ref _forks[left - 1];
        fork = world;
        fork.Strike(Kinds[kind], ref message);
        _faults[_struck++] = new Fault(world.Position, Kinds[kind]);
        if (left > 1 && (Grows is null || Grows(_faults.AsSpan(0, _struck))))
        {
            // Further faults of the same message come in the order of their kinds, so that each set is met once.
            Branches(fork, message, kind + 1, left - 1);
        }

        fork.Deliver(message);
        Live(ref fork, left - 1);
        _struck--;
    }

    private void Enter(in World world)
    {
        _tallies[_struck].Enter(world, _struck, NewLife);
        Each?.Invoke(NewLife(), world);
    }

    private Life NewLife() => new(_course, 0, [.. _faults.AsSpan(0, _struck)]);
}
