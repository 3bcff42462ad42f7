namespace Rx.Vm.Journal;

/// <summary>Where and how the reading of a journal ended.</summary>
/// <param name="Kind">How.</param>
/// <param name="Offset">The offset of the first byte that was not understood; the length of a clean file.</param>
/// <param name="BytesLeft">How many bytes follow from there on.</param>
/// <param name="Detail">What was wrong, or null.</param>
public sealed record JournalEnd(JournalEndKind Kind, long Offset, long BytesLeft, string? Detail)
{
    /// <summary>The end of a journal that never was a file.</summary>
    public static JournalEnd InMemory { get; } = new(JournalEndKind.Clean, 0, 0, null);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        JournalEndKind.Clean => "complete to its end",
        JournalEndKind.Torn => $"torn at offset {Offset}: {Detail}; {BytesLeft} bytes are left out",
        JournalEndKind.Damaged => $"damaged at offset {Offset}: {Detail}; {BytesLeft} bytes from there on are not read",
    };
}
