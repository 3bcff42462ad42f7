namespace Rx.Vm.Guest;

/// <summary>A piece of a process's output, and what is missing before it. Bytes are a copy and may be kept.</summary>
/// <param name="Position">Where the bytes begin, counted from the beginning of the stream.</param>
/// <param name="Bytes">The bytes; empty where nothing that is kept follows the gap.</param>
/// <param name="Missed">How many bytes directly before <paramref name="Position"/> this reader asked for and can't have any more.</param>
public readonly record struct OutputPiece(long Position, ReadOnlyMemory<byte> Bytes, long Missed)
{
    /// <summary>The position behind the piece: where a later reader goes on.</summary>
    public long Next => Position + Bytes.Length;

    /// <summary>By content.</summary>
    public bool Equals(OutputPiece other) => Position == other.Position && Missed == other.Missed && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Position, Missed, Bytes.Length);
}
