using Rx.Vm.Fold;

namespace Rx.Vm.Tests.Fold;

/// <summary>What changes nothing costs nothing.</summary>
public class TreeAllocationTests
{
    private const int Rounds = 1_000;

    public static TheoryData<string> Nothing =>
        ["a stale operation", "a fact that is so already", "a fact about nobody", "a fact of another life", "a second request of a token"];

    [Theory]
    [MemberData(nameof(Nothing))]
    public void An_event_that_changes_nothing_allocates_nothing_and_gives_the_same_state(string what)
    {
        var life = new TreeLife().Running();
        life.Ask(RequestKind.Call, life[0].Id);
        var s = life.State;
        var attend = s.Ops.Single(op => op.Kind == OpKind.Attend).Id;
        var e = what switch
        {
            "a stale operation" => Event.Ended(new Op(1, OpKind.Launch, new(Level.Machine))),
            "a fact that is so already" => Event.Saw(FactKind.Speaking, attend),
            "a fact about nobody" => Event.Saw(FactKind.ContainerExited, attend, 99),
            "a fact of another life" => Event.Saw(FactKind.QmpLost, attend - 1),
            _ => Event.Request(RequestKind.Call, s.Requests.Single().Token, life[0].Id),
        };
        Assert.Same(s, TreeFold.Step(s, e).State);
        Assert.Equal(0, Allocated(s, e));
    }

    [Fact]
    public void An_end_of_a_container_costs_some_hundred_bytes()
    {
        var s = new TreeLife().Running().State;
        var attend = s.Ops.Single(op => op.Kind == OpKind.Attend).Id;
        Assert.InRange(Allocated(s, Event.Saw(FactKind.ContainerExited, attend, s.Containers[0].Id)) / Rounds, 100, 600);
    }

    private static long Allocated(State s, Event e)
    {
        TreeFold.Step(s, e);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            TreeFold.Step(s, e);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
