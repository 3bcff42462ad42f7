using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Guest;

/// <summary>How one stream behaves.</summary>
internal sealed record GuestStreamOptions
{
    /// <summary>What happens when nobody reads the output.</summary>
    public OutputPolicy Output { get; init; } = OutputPolicy.Wait;

    /// <summary>The guest lets a process wait that has used up its window: <c>window</c>.</summary>
    public bool HasWindow { get; init; } = true;

    /// <summary>After the end an exit frame follows: the main stream of an exec on a guest with <c>exit-frame</c>.</summary>
    public bool ExpectExit { get; init; }

    /// <summary>The end of its process comes as a message of its own, and no exit frame: a main stream on a guest with <c>ends</c>.</summary>
    public bool ExpectEnd { get; init; }

    /// <summary>The guest understands the empty frame that closes stdin: <c>stdin-eof</c>.</summary>
    public bool CanCloseInput { get; init; } = true;

    /// <summary>Most bytes of input per frame.</summary>
    public int InputChunk { get; init; } = WireLimits.TtyPayloadToGuest;

    /// <summary>
    /// What a guest with these features takes.
    /// </summary>
    /// <param name="features">The guest's.</param>
    /// <param name="output">What happens when nobody reads the output.</param>
    /// <param name="isExec">Whether this is the main stream of an exec, as opposed to a container's or a stderr.</param>
    /// <param name="isMain">Whether this is a main stream, as opposed to a stderr.</param>
    public static GuestStreamOptions For(GuestFeatures features, OutputPolicy output = default, bool isExec = false, bool isMain = false) => new()
    {
        Output = output,
        HasWindow = features.Has(GuestFeature.Window),
        ExpectExit = isExec && features.Has(GuestFeature.ExitFrame) && !features.Has(GuestFeature.Ends),
        ExpectEnd = isMain && features.Has(GuestFeature.Ends),
        CanCloseInput = features.Has(GuestFeature.StdinEof),
        InputChunk = features.InputFrame,
    };
}
