using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>
/// Facts that reach the host over different descriptors arrive in any order; what becomes of the machine must not depend on it.
/// </summary>
[Slow]
public class LifecycleOrderTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_end_of_a_process_is_the_same_in_every_order_of_its_signs(int status)
    {
        VmInput exit = new(K.ProcessExited, status);
        VmInput[] others = [new(K.QmpDisconnected), new(K.GuestDisconnected), new(K.QmpShutdownSeen)];
        for (var subset = 1; subset < 1 << others.Length; subset++)
        {
            VmInput[] signs = [exit, .. others.Where((_, i) => (subset >> i & 1) != 0)];
            AssertOrderDoesNotMatter(signs, s => s.Phase is > VmPhase.Preparing and < VmPhase.Gone && !VmInvariants.Ended(s.Process));
        }
    }

    // FINISHPOD may overtake the ACK of STARTPOD.
    [Fact]
    public void A_pod_that_ends_at_once_is_the_same_before_and_after_the_ack_of_its_start() =>
        AssertOrderDoesNotMatter(
            [new(K.PodStartAcked), new(K.PodFinished)],
            s => s.Phase == VmPhase.Starting && s.Has(VmFlags.StartSent));

    // The three reports of a boot come over three descriptors.
    [Fact]
    public void A_boot_is_the_same_in_every_order_of_its_reports() =>
        AssertOrderDoesNotMatter(
            [new(K.ProcessStarted), new(K.QmpConnected), new(K.GuestReady)],
            s => s is { Phase: VmPhase.Booting, Process: ProcessStatus.Launching });

    [Theory]
    [InlineData(K.DeviceAdded, VmPhase.Starting)]
    [InlineData(K.DeviceRemoved, VmPhase.Cleaning)]
    public void Devices_move_in_any_order(K moved, VmPhase phase) =>
        AssertOrderDoesNotMatter([new(moved, 0), new(moved, 1)], s => s.Phase == phase);

    private void AssertOrderDoesNotMatter(VmInput[] inputs, Func<VmCore, bool> where)
    {
        var differences = Orders.Differences(VmReducer.Reduce, inputs, where);
        output.WriteLine($"{Orders.Names(inputs)}: {differences.Count} differences");
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(6)));
    }
}
