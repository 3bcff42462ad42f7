using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using D = Rx.Vm.Lifecycle.DeadlineKind;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Booting: started, greeted, READY, in any order; every way to fail ends the process.</summary>
public class ReducerBootingTests
{
    // Acceptance 4.
    [Fact]
    public void Reducer_Booting_LastOfStartedGreetedReady_GoesInit()
    {
        K[][] orders =
        [
            [K.ProcessStarted, K.QmpConnected, K.GuestReady],
            [K.ProcessStarted, K.GuestReady, K.QmpConnected],
            [K.QmpConnected, K.ProcessStarted, K.GuestReady],
            [K.QmpConnected, K.GuestReady, K.ProcessStarted],
            [K.GuestReady, K.ProcessStarted, K.QmpConnected],
            [K.GuestReady, K.QmpConnected, K.ProcessStarted],
        ];
        Assert.All(orders, order =>
        {
            var almost = Machine.Launching().After(order.AsSpan(0, 2));
            Assert.Equal(VmPhase.Booting, almost.Phase);
            almost.On(order[2]).Gives(VmPhase.Init, E.None, D.Ping);
        });
    }

    // The greeting's deadline must not outlive the greeting when the start is reported after it.
    [Fact]
    public void Reducer_Booting_StartedAfterGreeted_WaitsForReadyOnly() =>
        Machine.Launching().After(K.QmpConnected).On(K.ProcessStarted).Gives(VmPhase.Booting, E.None, D.Boot);

    [Fact]
    public void Reducer_Booting_ShutdownBeforeStartedIsReported_KillsInsteadOfQuits() =>
        Machine.Launching().After(K.QmpConnected).On(K.ShutdownRequested).Gives(VmPhase.Destroying, E.KillProcess, D.Kill);
}
