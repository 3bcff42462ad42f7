using Rx.Vm.Devices;

namespace Rx.Vm.Tests.Devices;

/// <summary>Sixteen slots in one number: each is its own, whatever the others hold.</summary>
public class DeviceSetTests
{
    private static readonly DeviceStatus[] Statuses = Enum.GetValues<DeviceStatus>();
    private static readonly int[] Slots = [.. Enumerable.Range(0, DeviceSet.Capacity)];

    [Fact]
    public void DeviceSet_default_has_only_free_slots()
    {
        Assert.True(default(DeviceSet).IsEmpty);
        Assert.False(default(DeviceSet).AnyAdding);
        Assert.All(Slots, slot => Assert.Equal(DeviceStatus.Free, default(DeviceSet)[slot]));
    }

    [Fact]
    public void DeviceSet_each_slot_and_status_leaves_the_other_slots_alone()
    {
        foreach (var background in Statuses)
        {
            var full = Slots.Aggregate(default(DeviceSet), (set, slot) => set.With(slot, background));
            foreach (var (slot, status) in from slot in Slots from status in Statuses select (slot, status))
            {
                var set = full.With(slot, status);
                Assert.All(Slots, other => Assert.Equal(other == slot ? status : background, set[other]));
            }
        }
    }

    [Fact]
    public void DeviceSet_of_one_slot_in_each_status_answers_its_questions()
    {
        foreach (var (slot, status) in from slot in Slots from status in Statuses select (slot, status))
        {
            var set = default(DeviceSet).With(slot, status);
            Assert.Equal(status == DeviceStatus.Free, set.IsEmpty);
            Assert.Equal(status == DeviceStatus.Adding, set.AnyAdding);
            Assert.Equal(status == DeviceStatus.Free ? [] : [slot], set.Used.Slots);
            Assert.Equal(status == DeviceStatus.Free ? DeviceStatus.Free : DeviceStatus.Removing, set.RemoveAll()[slot]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    public void DeviceSet_adding_takes_the_first_slots(int count)
    {
        var set = DeviceSet.Adding(count);
        Assert.Equal(Enumerable.Range(0, count), set.Used.Slots);
        Assert.All(Slots, slot => Assert.Equal(slot < count ? DeviceStatus.Adding : DeviceStatus.Free, set[slot]));
        Assert.Equal(count > 0, set.AnyAdding);
    }

    // Attached and Removing next to Adding: the two bits of a slot must not be read across slots.
    [Fact]
    public void DeviceSet_any_adding_sees_one_among_others()
    {
        foreach (var others in Statuses.Where(s => s != DeviceStatus.Adding))
        {
            var set = Slots.Aggregate(default(DeviceSet), (s, slot) => s.With(slot, others));
            Assert.False(set.AnyAdding);
            Assert.All(Slots, slot => Assert.True(set.With(slot, DeviceStatus.Adding).AnyAdding));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(16)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void DeviceSet_slot_that_does_not_exist_reads_free_and_is_not_written(int slot)
    {
        var full = DeviceSet.Adding(DeviceSet.Capacity);
        Assert.Equal(DeviceStatus.Free, full[slot]);
        Assert.False(full.Used.Has(slot));
        Assert.Throws<ArgumentOutOfRangeException>(() => full.With(slot, DeviceStatus.Free));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(17)]
    public void DeviceSet_adding_more_than_there_are_slots_throws(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceSet.Adding(count));
}
