using Rx.Vm.Lifecycle;
using Rx.Vm.Qemu;

namespace Rx.Vm.Sources;

/// <summary>The end of the machine's process, as an event.</summary>
internal static class ProcessSource
{
    /// <summary>Only a known exit code 0 is a clean end; how it ended and the last words are the text.</summary>
    public static VmEvent ToEvent(MachineExit exit)
    {
        var clean = exit is { Kind: MachineExitKind.Exited, Code: 0 };
        var words = LastLine(exit.LastWords);
        return VmEvent.Exited(clean ? 0 : 1, words.Length == 0 ? exit.Summary : $"{exit.Summary}: {words}");
    }

    private static string LastLine(string words)
    {
        var trimmed = words.AsSpan().Trim();
        return trimmed[(trimmed.LastIndexOf('\n') + 1)..].ToString();
    }
}
