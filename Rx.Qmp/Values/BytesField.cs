namespace Rx.Values;

/// <summary>Where a record keeps bytes that are compared one by one; see <see cref="ListField{T}"/>.</summary>
internal readonly struct BytesField(ReadOnlyMemory<byte> bytes) : IEquatable<BytesField>
{
    private readonly ReadOnlyMemory<byte> _bytes = bytes;

    public static implicit operator ReadOnlyMemory<byte>(BytesField field) => field._bytes;

    public static implicit operator BytesField(ReadOnlyMemory<byte> bytes) => new(bytes);

    public bool Equals(BytesField other) => _bytes.Span.SequenceEqual(other._bytes.Span);

    public override bool Equals(object? obj) => obj is BytesField other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes.Span);
        return hash.ToHashCode();
    }
}
