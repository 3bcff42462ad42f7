namespace Rx.Vm.Guest;

/// <summary>How one tty channel behaves.</summary>
internal sealed record TtyMuxOptions
{
    /// <summary>
    /// The first session id that <see cref="TtyMux.Open"/> gives out; after a re-attachment, one that was never used.
    /// </summary>
    public ulong FirstSession { get; init; } = 1;

    /// <summary>What all streams together may keep in memory, beyond 4 KiB each.</summary>
    public int KeptBytes { get; init; } = StreamBudget.PerMachine;

    /// <summary>Tells the guest that a session may send so many bytes more. Called from any thread; must not block.</summary>
    public Action<ulong, int>? Grant { get; init; }

    /// <summary>
    /// Readers and writers of streams continue inline, on the thread that moved the bytes: for virtual time, where nothing may hop.
    /// </summary>
    public bool IsInline { get; init; }
}
