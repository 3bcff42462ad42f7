namespace Rx.Vm.Guest;

/// <summary>What happens to a stream's output when nobody reads it fast enough.</summary>
/// <param name="KeptBytes">
/// 0: wait. Otherwise how much of the newest unread output is kept behind what the reader was already offered.
/// </param>
internal readonly record struct OutputPolicy(int KeptBytes)
{
    /// <summary>The smallest backlog that makes sense.</summary>
    public const int LeastKeptBytes = 4096;

    /// <summary>The largest backlog that is allowed: 64 MiB.</summary>
    public const int MostKeptBytes = 64 << 20;

    /// <summary>Nothing is lost: the whole channel of the machine waits for this reader, and with it every other stream.</summary>
    public static OutputPolicy Wait => default;

    /// <summary>Whether the oldest output is dropped rather than waited for.</summary>
    public bool Drops => KeptBytes != 0;

    /// <summary>The channel never waits for this reader. The oldest unread output is dropped and counted.</summary>
    /// <param name="keptBytes">The backlog: 4096 bytes to 64 MiB.</param>
    public static OutputPolicy DropOldest(int keptBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keptBytes, LeastKeptBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keptBytes, MostKeptBytes);
        return new(keptBytes);
    }
}
