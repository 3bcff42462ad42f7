using Rx.Vm.Devices;
using Rx.Vm.Fold;
using Rx.Vm.Tests.Fold.Search;

namespace Rx.Vm.Tests.Devices;

/// <summary>The device's fold alone, under every word.</summary>
public class DeviceFoldTests(ITestOutputHelper output)
{
    [Fact]
    public void The_search_closes_and_every_state_keeps_the_laws()
    {
        var search = Alone.Search(Subjects.Device);
        output.WriteLine($"{search.States.Count:N0} states, {search.Transitions:N0} transitions");
        Assert.Null(search.Broken);
        Assert.Equal(Enum.GetValues<DevicePhase>(), search.States.Select(core => new DeviceCore(core).Phase).Distinct().Order());
    }

    [Fact]
    public void It_goes_in_by_steps_and_out_by_the_same_steps_backwards()
    {
        var core = DeviceFold.Hear(default, DeviceWord.Want).Next;
        OpKind[] steps = [OpKind.Reserve, OpKind.Plug, OpKind.Confirm];
        Assert.All(steps, step => core = Done(core, step));
        Assert.Equal(DevicePhase.Attached, core.Phase);
        core = DeviceFold.Hear(core, DeviceWord.Drop).Next;
        OpKind[] back = [OpKind.Unmount, OpKind.Unplug, OpKind.Release];
        Assert.All(back, step => core = Done(core, step));
        Assert.Equal(DevicePhase.Released, core.Phase);
    }

    [Theory]
    [InlineData(DevicePhase.Reserving, OpKind.Release)]
    [InlineData(DevicePhase.Plugging, OpKind.Unplug)]
    [InlineData(DevicePhase.Confirming, OpKind.Unmount)]
    public void A_step_that_fails_or_is_given_up_is_undone_by_the_step_that_covers_it(object step, object undo)
    {
        var phase = (DevicePhase)step;
        var failed = DeviceFold.Reduce(new DeviceCore { Phase = phase }, Input.Of(OpKind.DeviceLimit)).Next;
        Assert.True(DeviceFold.Wanted(failed).IsEmpty);
        Assert.True(DeviceFold.Tells(failed).Any(Tally.NoDevice));
        Assert.True(DeviceFold.Wanted(DeviceFold.Hear(failed, DeviceWord.Drop).Next).Has((OpKind)undo));
        Assert.True(DeviceFold.Wanted(DeviceFold.Hear(new DeviceCore { Phase = phase }, DeviceWord.Drop).Next).Has((OpKind)undo));
    }

    [Fact]
    public void Told_to_halt_one_that_only_reserves_gives_back_at_once_and_one_that_plugs_waits_for_its_turn()
    {
        Assert.Equal(DevicePhase.Releasing, DeviceFold.Hear(new DeviceCore { Phase = DevicePhase.Reserving }, DeviceWord.Halt).Next.Phase);
        var plugging = DeviceFold.Hear(new DeviceCore { Phase = DevicePhase.Plugging }, DeviceWord.Halt).Next;
        Assert.Equal((DevicePhase.Plugging, true), (plugging.Phase, plugging.Halted));
    }

    [Fact]
    public void Each_step_has_a_limit_of_its_own() => Assert.Equal(
        OpKind.DeviceLimit, DeviceFold.Reduce(new DeviceCore { Phase = DevicePhase.Reserving }, Input.Of(OpKind.Reserve)).Renew);

    [Fact]
    public void While_the_process_lives_a_machine_that_is_given_up_gives_no_lease_back()
    {
        var cut = DeviceFold.Hear(new DeviceCore { Phase = DevicePhase.Attached }, DeviceWord.Cut).Next;
        Assert.Equal(DevicePhase.Attached, cut.Phase);
        Assert.Equal(DevicePhase.Releasing, DeviceFold.Hear(cut, DeviceWord.Lost).Next.Phase);
    }

    private static DeviceCore Done(DeviceCore core, OpKind step)
    {
        Assert.Equal((OpSet)step | OpKind.DeviceLimit, DeviceFold.Wanted(core));
        return DeviceFold.Reduce(core, Input.Of(step)).Next;
    }
}
