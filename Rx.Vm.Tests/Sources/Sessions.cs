using System.Reactive.Concurrency;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Sources;

namespace Rx.Vm.Tests.Sources;

/// <summary>Sessions of machines in the test's hands; everything inline.</summary>
internal static class Sessions
{
    public static MachineSession Of(IMachine machine, IScheduler time) => new(
        HandedOutMachine.Take(machine, "vm", inline: true), VmSchedulers.Single(time), inline: true, new VmTimeouts(), Serilog.Core.Logger.None);
}
