namespace Rx.Vm.Pods;

/// <summary>What happens to one output stream of a process when nobody reads it fast enough. The default value is <see cref="Wait"/>.</summary>
public readonly record struct OutputPolicy
{
    /// <summary>What is kept where nothing else was said: 256 KiB.</summary>
    public const int DefaultKeptBytes = 256 << 10;

    /// <summary>The least that can be kept: 4 KiB.</summary>
    public const int LeastKeptBytes = 4 << 10;

    /// <summary>The most that can be kept: 8 MiB.</summary>
    public const int MostKeptBytes = 8 << 20;

    private readonly int _keptBytes;

    // The default as nothing, so that it equals the default value.
    private OutputPolicy(OutputPolicyKind kind, int keptBytes) =>
        (Kind, _keptBytes) = (kind, keptBytes == DefaultKeptBytes ? 0 : keptBytes);

    /// <summary>What gives way.</summary>
    public OutputPolicyKind Kind { get; }

    /// <summary>Bytes of the newest output that are kept, read or not: what a late or a second reader can still get.</summary>
    public int KeptBytes => (Kind, _keptBytes) switch
    {
        (OutputPolicyKind.Discard, _) => 0,
        (_, 0) => DefaultKeptBytes,
        _ => _keptBytes,
    };

    /// <summary><see cref="WaitAt"/> with 256 KiB: the default of containers and of terminals.</summary>
    public static OutputPolicy Wait => default;

    /// <summary>Keeps nothing and waits for nobody.</summary>
    public static OutputPolicy Discard => new(OutputPolicyKind.Discard, 0);

    /// <summary>
    /// Nothing is lost to a reader: with so many bytes unread the process that writes waits, and nobody else does.
    /// </summary>
    /// <param name="keptBytes">4 KiB to 8 MiB.</param>
    public static OutputPolicy WaitAt(int keptBytes) => new(OutputPolicyKind.Wait, Checked(keptBytes));

    /// <summary>The process never waits: beyond so many bytes the oldest are dropped, and readers that miss them are told how many.</summary>
    /// <param name="keptBytes">4 KiB to 8 MiB; the default of further processes is 256 KiB.</param>
    public static OutputPolicy DropOldest(int keptBytes = DefaultKeptBytes) => new(OutputPolicyKind.DropOldest, Checked(keptBytes));

    /// <inheritdoc/>
    public override string ToString() => Kind == OutputPolicyKind.Discard ? $"{Kind}" : $"{Kind} {KeptBytes}";

    private static int Checked(int keptBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keptBytes, LeastKeptBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keptBytes, MostKeptBytes);
        return keptBytes;
    }
}

/// <summary>What gives way when output is not read.</summary>
public enum OutputPolicyKind : byte
{
    /// <summary>The process, which waits.</summary>
    Wait,

    /// <summary>The oldest output, which is dropped and counted.</summary>
    DropOldest,

    /// <summary>All output.</summary>
    Discard,
}
