using System.Reactive.Disposables;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;

namespace Rx.Vm.Sources;

/// <summary>The serial console. Its lines are for people; nothing that it says is an event.</summary>
internal static class ConsoleSource
{
    /// <summary>Emits nothing; once subscribed to, the console is read.</summary>
    public static IObservable<VmEvent> Of(ConsoleLog console) => Cold.Of<VmEvent>(_ =>
    {
        console.Start();
        return Disposable.Empty;
    });
}
