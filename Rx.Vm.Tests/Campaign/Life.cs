namespace Rx.Vm.Tests.Campaign;

/// <summary>All it takes to live a life again.</summary>
/// <param name="Course">What it is meant to be.</param>
/// <param name="Tempo">How long things take; 0 is the usual time.</param>
/// <param name="Faults">What goes wrong, in the order of the positions.</param>
internal sealed record Life(Course Course, uint Tempo, IReadOnlyList<Fault> Faults)
{
    /// <summary>Lives it.</summary>
    public World Play(Stage stage)
    {
        var world = new World(stage, Course, Tempo);
        var next = 0;
        while (world.Next(out var message))
        {
            // A position that was never reached, or a fault that cannot strike there, is passed over: shrinking makes such lists.
            for (; next < Faults.Count && Faults[next].Position <= world.Position; next++)
            {
                if (Faults[next].Position == world.Position && world.CanStrike(Faults[next].Kind, message))
                {
                    world.Strike(Faults[next].Kind, ref message);
                }
            }

            world.Deliver(message);
        }

        return world;
    }

    public override string ToString() =>
        $"--course {Course} --tempo {Tempo} --faults {(Faults.Count == 0 ? "\"\"" : string.Join(',', Faults))}";
}
