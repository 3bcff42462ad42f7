using DynamicData;
using DynamicData.Kernel;

namespace Rx.Vm.Tests.StandIns.KeyedData;

/// <summary>Changes, change sets and optional values by themselves.</summary>
public class ChangeTypesTests
{
    [Fact]
    public void The_numbers_of_the_reasons_are_fixed() => Assert.Equal(
        [0, 1, 2, 3, 4],
        new[] { ChangeReason.Add, ChangeReason.Update, ChangeReason.Remove, ChangeReason.Refresh, ChangeReason.Moved }.Select(r => (int)r));

    [Fact]
    public void A_change_refuses_what_does_not_fit_its_reason()
    {
        Assert.Throws<ArgumentException>(() => new Change<string, int>(ChangeReason.Add, 1, "b", Optional.Some("a")));
        Assert.Throws<ArgumentException>(() => new Change<string, int>(ChangeReason.Update, 1, "b"));
        Assert.Throws<ArgumentException>(() => new Change<string, int>(1, "b", -1, 0));
        Assert.Throws<ArgumentException>(() => new Change<string, int>(1, "b", 0, -1));
    }

    [Fact]
    public void A_change_keeps_what_it_was_given()
    {
        var update = new Change<string, int>(ChangeReason.Update, 1, "b", Optional.Some("a"), 5, 4);
        Assert.Equal((ChangeReason.Update, 1, "b", "a", 5, 4),
            (update.Reason, update.Key, update.Current, update.Previous.Value, update.CurrentIndex, update.PreviousIndex));
        var move = new Change<string, int>(1, "b", 2, 3);
        Assert.Equal((ChangeReason.Moved, 2, 3), (move.Reason, move.CurrentIndex, move.PreviousIndex));
        Assert.True(update == new Change<string, int>(ChangeReason.Update, 1, "b", Optional.Some("a"), 5, 4));
        Assert.True(update != new Change<string, int>(ChangeReason.Update, 1, "b", Optional.Some("c"), 5, 4));
    }

    [Fact]
    public void A_set_counts_its_reasons()
    {
        var set = new ChangeSet<string, int>(
        [
            new(ChangeReason.Add, 1, "a"), new(ChangeReason.Update, 1, "b", Optional.Some("a")), new(ChangeReason.Refresh, 1, "b"),
            new(1, "b", 0, 1), new(ChangeReason.Remove, 1, "b"), new(ChangeReason.Add, 2, "c"),
        ]);
        Assert.Equal((6, 2, 1, 1, 1, 1), (set.Count, set.Adds, set.Updates, set.Removes, set.Refreshes, set.Moves));
        Assert.Empty(ChangeSet<string, int>.Empty);
        Assert.True(new ChangeSet<string, int>(50).Capacity >= 50);
    }

    [Fact]
    public void An_optional_has_a_value_or_none()
    {
        Optional<string> some = "a";
        Optional<string> none = default(string);
        Assert.True(some.HasValue);
        Assert.False(none.HasValue);
        Assert.Equal("a", some.Value);
        Assert.Throws<InvalidOperationException>(() => none.Value);
        Assert.Equal("<None>", none.ToString());
        Assert.Equal("a", some.ToString());
        Assert.True(some == Optional.Some("a"));
        Assert.True(none == Optional<string>.None);
        Assert.True(some != none);
        Assert.Equal(none, Optional.Some<string>(null));
    }
}
