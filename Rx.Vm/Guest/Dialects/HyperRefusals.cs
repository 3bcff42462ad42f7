using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest.Dialects;

/// <summary>What a hyperstart can't do, in words for whoever asked for it.</summary>
internal static class HyperRefusals
{
    private static readonly (GuestFeature Flag, string Words)[] Words =
    [
        (GuestFeature.Pipes, "run a process without a terminal"),
        (GuestFeature.User, "give a process a user, or an exec a directory or variables"),
        (GuestFeature.SerialDisk, "find a disk by its serial"),
        (GuestFeature.Overlay, "lay a writable layer over a disk"),
        (GuestFeature.Signal, "signal one process"),
        (GuestFeature.ExecSignal, "end an exec, or limit its time"),
    ];

    /// <summary>The sentence, or null when nothing is lacking.</summary>
    public static string? Of(string dialect, GuestFeatures features, GuestFeature wanted)
    {
        var missing = wanted & ~features.Flags;
        if (missing == GuestFeature.None)
        {
            return null;
        }

        var words = Array.FindAll(Words, w => (missing & w.Flag) != 0);
        return $"the guest speaks {dialect}, which can't {(words.Length == 0 ? "do this" : string.Join(", nor ", words.Select(w => w.Words)))}";
    }
}
