using Rx.Vm.Journal;
using Rx.Vm.Lifecycle;
using Xunit;

namespace Rx.Vm.Tests.Journal;

/// <summary>A recorded life of the machine vm1: 21 events.</summary>
public class RecordedLifeTests
{
    [Fact]
    public void Comes_out_as_recorded()
    {
        (long Ticks, VmEvent Event, VmPhase Phase)[] life =
        [
            (0, new VmEvent(VmEventKind.RunPodRequested) { Operand = 1, Token = 1, PodId = "pod1" }, VmPhase.Booting),
            (500000, new VmEvent(VmEventKind.ProcessStarted) { Text = "simulated machine" }, VmPhase.Booting),
            (510000, new VmEvent(VmEventKind.QmpConnected), VmPhase.Booting),
            (5500000, new VmEvent(VmEventKind.GuestReady) { Text = "init simulated, version 1: all features" }, VmPhase.Starting),
            (5560000, new VmEvent(VmEventKind.DeviceAdded), VmPhase.Starting),
            (6560000, new VmEvent(VmEventKind.PodStartAcked), VmPhase.Running),
            (9060000, new VmEvent(VmEventKind.CallRequested) { Token = 2 }, VmPhase.Running),
            (9070000, new VmEvent(VmEventKind.CallAcked) { Token = 2 }, VmPhase.Running),
            (309070000, new VmEvent(VmEventKind.DeadlineElapsed) { Operand = 9, Token = 97 }, VmPhase.Running),
            (309080000, new VmEvent(VmEventKind.PingAcked), VmPhase.Running),
            (319070000, new VmEvent(VmEventKind.StopPodRequested) { Token = 3 }, VmPhase.Stopping),
            (319080000, new VmEvent(VmEventKind.PodStopAcked) { ExitCodes = new([143]) }, VmPhase.Cleaning),
            (319300000, new VmEvent(VmEventKind.DeviceRemoved), VmPhase.Cleaning),
            (319310000, new VmEvent(VmEventKind.RescanAcked), VmPhase.Init),
            (319310000, new VmEvent(VmEventKind.ShutdownRequested) { Token = 4 }, VmPhase.Destroying),
            (319320000, new VmEvent(VmEventKind.QmpShutdownSeen) { Text = "" }, VmPhase.Destroying),
            (319420000, new VmEvent(VmEventKind.GuestDisconnected) { Text = "the control channel was closed" }, VmPhase.Destroying),
            (319420000, new VmEvent(VmEventKind.GuestDisconnected) { Text = "the tty channel was closed" }, VmPhase.Destroying),
            (319420000, new VmEvent(VmEventKind.QmpDisconnected) { Text = "the monitor was closed" }, VmPhase.Destroying),
            (319520000, new VmEvent(VmEventKind.ProcessExited) { Text = "exit code 0" }, VmPhase.Destroying),
            (319520000, new VmEvent(VmEventKind.ResourcesReleased), VmPhase.Gone),
        ];
        var timeouts = new VmTimeouts();
        var header = new JournalHeader { VmId = "vm1", Keep = KeepMode.AfterFinish, Timeouts = timeouts };
        var states = JournalReplay.Fold(header, life.Select(moment => (TimeSpan.FromTicks(moment.Ticks), moment.Event)));

        foreach (var ((_, e, phase), state) in life.Zip(states.Skip(1)))
        {
            Assert.Equal((e, phase), (e, state.Phase));
        }
    }
}
