namespace Rx.Vm.Guest;

/// <summary>How much of a machine's console is kept.</summary>
internal sealed record ConsoleLogOptions
{
    /// <summary>The last lines that are kept.</summary>
    public int KeptLines { get; init; } = 200;

    /// <summary>Most bytes of one line; a longer one becomes several.</summary>
    public int LineBytes { get; init; } = 4096;
}
