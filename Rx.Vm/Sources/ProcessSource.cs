using System.Reactive.Disposables;
using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;

namespace Rx.Vm.Sources;

/// <summary>The machine's process: that it has started, and how it ended.</summary>
internal static class ProcessSource
{
    /// <summary>The start at once, the end when it is seen.</summary>
    public static IObservable<VmEvent> Of(HandedOutMachine machine) => Cold.Of<VmEvent>(observer =>
    {
        observer.OnNext(new VmEvent(VmEventKind.ProcessStarted) { Text = machine.Description });
        _ = WatchAsync(machine, observer);
        return Disposable.Empty;
    });

    /// <summary>Only a known exit code 0 is a clean end; how it ended and the last words are the text.</summary>
    public static VmEvent ToEvent(MachineExit exit)
    {
        var clean = exit is { Kind: MachineExitKind.Exited, Code: 0 };
        var words = LastLine(exit.LastWords);
        return VmEvent.Exited(clean ? 0 : 1, words.Length == 0 ? exit.Summary : $"{exit.Summary}: {words}");
    }

    private static async Task WatchAsync(HandedOutMachine machine, IObserver<VmEvent> observer) =>
        observer.OnNext(ToEvent(await machine.Exited.ConfigureAwait(false)));

    private static string LastLine(string words)
    {
        var trimmed = words.AsSpan().Trim();
        return trimmed[(trimmed.LastIndexOf('\n') + 1)..].ToString();
    }
}
