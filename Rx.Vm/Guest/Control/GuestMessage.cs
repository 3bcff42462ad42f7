using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Guest;

/// <summary>What the control channel has to say. A closed family; values, with every text bounded and sanitised.</summary>
internal abstract record GuestMessage
{
    private protected GuestMessage()
    {
    }
}

/// <summary>The guest's init is up. At most once per channel.</summary>
/// <param name="Features">What it announced; <see cref="GuestFeatures.None"/> for a 2015 guest.</param>
internal sealed record GuestReady(GuestFeatures Features) : GuestMessage;

/// <summary>A command succeeded.</summary>
/// <param name="Code">The command.</param>
/// <param name="Token">The token it was sent with.</param>
/// <param name="Payload">What came with the ACK, at most 4096 bytes of it; empty for every command this runtime sends.</param>
internal sealed record GuestAcked(GuestCode Code, long Token, ReadOnlyMemory<byte> Payload) : GuestMessage;

/// <summary>A command failed in the guest.</summary>
/// <param name="Code">The command.</param>
/// <param name="Token">The token it was sent with.</param>
/// <param name="Text">The guest's own words, sanitised, at most 4096 bytes of them; empty for a 2015 guest.</param>
internal sealed record GuestRefused(GuestCode Code, long Token, string Text) : GuestMessage;

/// <summary>Every container of the pod has ended. At most once per STARTPOD.</summary>
/// <param name="ExitCodes">
/// As the guest reported them, in order of declaration: possibly fewer or more than there are containers, at most 1024. Nothing
/// proves them right.
/// </param>
internal sealed record PodFinished(ValueArray<int> ExitCodes) : GuestMessage;

/// <summary>A process has ended, once for each that was asked for with <c>ends</c>, unless the guest lies.</summary>
/// <param name="End">How.</param>
internal sealed record GuestProcessEnded(ProcessEnd End) : GuestMessage;

/// <summary>PROCESSASYNCEVENT: something happened to a process. What, only the guest's dialect can tell.</summary>
/// <param name="Payload">What came with it, at most 4096 bytes of it.</param>
internal sealed record GuestEvent(ReadOnlyMemory<byte> Payload) : GuestMessage;

/// <summary>The channel is gone: the last message, exactly once. Commands that are still unanswered will never be.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Reason">One sentence that names the culprit.</param>
internal sealed record GuestLost(GuestLossKind Kind, string Reason) : GuestMessage;
