namespace Rx.Vm.Tests.Campaign;

/// <summary>
/// Lives beyond the triples: by number and seed, with up to a dozen faults and things taking shorter or much longer than usual.
/// </summary>
internal sealed class RandomLives(Stage stage, ulong seed)
{
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    // Those that end a life early are made rarer: a long life goes through more.
    private const int Harmless = (int)FaultKind.Die;
    private static readonly int Courses = Enum.GetValues<Course>().Length;
    private readonly List<Fault> _faults = new(16);

    /// <summary>Lives life number <paramref name="number"/>; whatever was lived before, it is the same one.</summary>
    public void Live(long number, Tally tally)
    {
        var dice = new Dice(seed ^ (ulong)number * 0xD6E8_FEB8_6659_FD93);
        var course = (Course)dice.Below(Courses);
        var tempo = dice.OneIn(2) ? 0 : (uint)dice.Next() | 1;
        var most = 4 + dice.Below(9);
        var often = 1 + dice.Below(6);
        var from = dice.Below(16);
        _faults.Clear();
        var world = new World(stage, course, tempo);
        while (world.Next(out var message))
        {
            while (world.Position >= from && _faults.Count < most && dice.OneIn(often + 1))
            {
                var kind = Kinds[dice.Below(dice.OneIn(3) ? Kinds.Length : Harmless)];
                if (world.CanStrike(kind, message))
                {
                    world.Strike(kind, ref message);
                    _faults.Add(new Fault(world.Position, kind));
                }
            }

            world.Deliver(message);
        }

        tally.Enter(world, _faults.Count, () => new Life(course, tempo, [.. _faults]));
    }
}
