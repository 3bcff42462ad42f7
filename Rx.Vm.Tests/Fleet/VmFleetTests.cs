using System.Reactive.Subjects;
using DynamicData;
using Rx.Vm.Fleet;
using Rx.Vm.Lifecycle;
using Serilog;

namespace Rx.Vm.Tests.Fleet;

/// <summary>The fleet alone, fed by hand: machines come, change and go, share ids, and have followers that fail.</summary>
public sealed class VmFleetTests : IDisposable
{
    private readonly VmFleet _fleet = new(Serilog.Core.Logger.None, inline: true);
    private readonly List<string> _seen = [];

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public void A_machine_is_added_with_its_first_state_updated_with_each_further_one_and_removed_with_its_end()
    {
        Follow();
        var machine = Show("a");
        Assert.Empty(_seen);
        machine.OnNext(State("a", 1, VmPhase.Booting));
        machine.OnNext(State("a", 2, VmPhase.Running));
        machine.OnCompleted();
        Assert.Equal(["Add a Booting", "Update a Running", "Remove a Running"], _seen);
        Assert.Equal(0, _fleet.States.Count);
    }

    [Fact]
    public void Everything_is_told_when_no_machine_will_come_and_the_last_one_has_ended()
    {
        var machine = Show("a");
        var told = _fleet.ToldAsync();
        _ = _fleet.ToldAsync();
        Assert.False(told.IsCompleted);

        machine.OnCompleted();

        Assert.True(told.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_follower_that_comes_later_hears_first_what_is_there()
    {
        Show("a").OnNext(State("a", 1, VmPhase.Running));
        Show("b").OnNext(State("b", 1, VmPhase.Booting));
        Follow();
        Assert.Equal(["Add a Running", "Add b Booting"], _seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_newest_machine_of_an_id_owns_its_item_and_last_words_of_the_one_before_change_nothing()
    {
        Follow();
        var first = Show("a");
        first.OnNext(State("a", 7, VmPhase.Destroying));
        var second = Show("a");
        first.OnNext(State("a", 8, VmPhase.Gone));
        Assert.Equal(["Add a Destroying"], _seen);

        second.OnNext(State("a", 1, VmPhase.Booting));
        Assert.Equal(["Add a Destroying", "Remove a Destroying", "Add a Booting"], _seen);
        first.OnCompleted();
        Assert.Equal(VmPhase.Booting, _fleet.States.Lookup("a").Value.Phase);
        second.OnCompleted();
        Assert.Equal(0, _fleet.States.Count);
    }

    [Fact]
    public void A_machine_that_was_never_given_its_id_is_not_shown()
    {
        using var states = new Subject<VmState>();
        _fleet.Show("a", new object(), states);
        states.OnNext(State("a", 1, VmPhase.Booting));
        Assert.Equal(0, _fleet.States.Count);
    }

    [Fact]
    public void A_machine_that_ends_without_a_state_leaves_nothing_and_its_id_is_free()
    {
        Follow();
        Show("a").OnCompleted();
        Assert.Empty(_seen);
        Show("a").OnNext(State("a", 1, VmPhase.Booting));
        Assert.Equal(["Add a Booting"], _seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_follower_that_throws_hears_nothing_more_and_hurts_nobody(bool atOnce)
    {
        var heard = 0;
        if (atOnce)
        {
            Show("there").OnNext(State("there", 1, VmPhase.Running));
        }

        using var bad = _fleet.States.Connect().Subscribe(_ =>
        {
            heard++;
            throw new InvalidOperationException("a follower's own");
        });
        Follow();
        var machine = Show("a");
        machine.OnNext(State("a", 1, VmPhase.Booting));
        machine.OnNext(State("a", 2, VmPhase.Running));
        Assert.Equal(1, heard);
        Assert.Equal("Update a Running", _seen[^1]);
    }

    [Fact]
    public void Every_view_of_the_fleet_keeps_what_its_follower_throws()
    {
        var views = new Action<Action>[]
        {
            thrower => _fleet.States.Connect().Subscribe(_ => thrower()),
            thrower => _fleet.States.Preview().Subscribe(_ => thrower()),
            thrower => _fleet.States.Watch("a").Subscribe(_ => thrower()),
            thrower => _fleet.States.CountChanged.Subscribe(_ => thrower()),
        };
        var thrown = 0;
        foreach (var view in views)
        {
            view(() =>
            {
                thrown++;
                throw new InvalidOperationException("a follower's own");
            });
        }

        Show("a").OnNext(State("a", 1, VmPhase.Running));
        Assert.Equal(views.Length, thrown);
        Assert.Equal(1, _fleet.States.Count);
    }

    [Fact]
    public void A_follower_may_ask_the_fleet_and_leave_it_within_its_own_call()
    {
        var counts = new List<int>();
        IDisposable? own = null;
        own = _fleet.States.Connect().Subscribe(_ =>
        {
            counts.Add(_fleet.States.Count);
            own?.Dispose();
        });
        var machine = Show("a");
        machine.OnNext(State("a", 1, VmPhase.Booting));
        machine.OnNext(State("a", 2, VmPhase.Running));
        Assert.Equal([1], counts);
    }

    [Fact]
    public void A_follower_cannot_end_the_fleet_and_its_own_end_completes_every_view()
    {
        var completed = 0;
        using var view = _fleet.States.Connect().Subscribe(_ => { }, () => completed++);
        _fleet.States.Dispose();
        var machine = Show("a");
        machine.OnNext(State("a", 1, VmPhase.Booting));
        Assert.Equal((1, 0), (_fleet.States.Count, completed));
        _fleet.Dispose();
        Assert.Equal(1, completed);
        machine.OnNext(State("a", 2, VmPhase.Running));
    }

    private static VmState State(string id, long sequence, VmPhase phase) => new() { VmId = id, Sequence = sequence, Phase = phase };

    private Subject<VmState> Show(string id)
    {
        var states = new Subject<VmState>();
        _fleet.Give(id, states);
        _fleet.Show(id, states, states);
        return states;
    }

    private void Follow() => _fleet.States.Connect().Subscribe(changes => _seen.AddRange(changes.Select(c => $"{c.Reason} {c.Key} {c.Current.Phase}")));
}
