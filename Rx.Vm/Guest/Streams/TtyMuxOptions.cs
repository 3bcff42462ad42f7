namespace Rx.Vm.Guest;

/// <summary>How one tty channel behaves.</summary>
internal sealed record TtyMuxOptions
{
    /// <summary>
    /// The first session id that <see cref="TtyMux.Open"/> gives out; after a re-attachment, one that was never used.
    /// </summary>
    public ulong FirstSession { get; init; } = 1;

    /// <summary>Unread output at which a waiting stream stops the channel, in bytes.</summary>
    public int PauseAt { get; init; } = 256 << 10;

    /// <summary>Unread output at which it lets the channel go on, in bytes.</summary>
    public int ResumeAt { get; init; } = 128 << 10;

    /// <summary>
    /// Most output that is taken beyond that after <see cref="TtyMux.Release"/>, over all streams; what exceeds it is dropped and
    /// counted.
    /// </summary>
    public int ReleasedBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Readers and writers of streams continue inline, on the thread that moved the bytes: for virtual time, where nothing may hop.
    /// </summary>
    public bool IsInline { get; init; }
}
