using Rx.Vm.Lifecycle;
using Rx.Vm.Text;

namespace Rx.Vm.Reactive;

/// <summary>
/// Bounds what an event brings in, whoever made it: its text comes from QEMU, the guest or the system, and goes into states, logs,
/// terminals and journals.
/// </summary>
internal static class EventSanitizer
{
    private const int MaxText = 2048;

    /// <summary>The event with a text that is short, valid Unicode and free of control characters; usually itself.</summary>
    public static VmEvent Admit(VmEvent e) => e.Text is not { } text || IsPlain(text) ? e : e with { Text = CleanText.Of(text, MaxText) };

    private static bool IsPlain(string text) => text.Length <= MaxText && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
