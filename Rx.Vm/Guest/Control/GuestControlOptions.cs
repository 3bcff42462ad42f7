using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Guest;

/// <summary>The limits of one control channel, and what is known about its guest beforehand.</summary>
internal sealed record GuestControlOptions
{
    /// <summary>Most commands that wait for an answer, sent or not.</summary>
    public int MaxCommands { get; init; } = 128;

    /// <summary>Most bytes of frames that wait to be sent.</summary>
    public int MaxQueuedBytes { get; init; } = 4 << 20;

    /// <summary>Most frames that answer nothing or mean nothing, over the life of the channel; one more is a protocol error.</summary>
    public int MaxStrayFrames { get; init; } = 64;

    /// <summary>
    /// The features of a guest that said READY to somebody else: this host attaches to a machine that runs already, or to a clone of one.
    /// Credit for up to one window of the earlier host's bytes is then taken without complaint. Null: a fresh machine.
    /// </summary>
    public GuestFeatures? Known { get; init; }

    /// <summary>Whether a pod runs already. Only with <see cref="Known"/>.</summary>
    public bool PodRunning { get; init; }
}
