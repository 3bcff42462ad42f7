namespace Rx.Vm.Tests.Fuzz;

/// <summary>An input under construction: bytes in a buffer that is used again, edited in place. What does not fit is left out.</summary>
internal sealed class FuzzInput
{
    /// <summary>The most bytes of an input.</summary>
    public const int Capacity = 8192;

    private readonly byte[] _bytes = new byte[Capacity];

    /// <summary>How many bytes it has.</summary>
    public int Length { get; private set; }

    /// <summary>The input. Its first byte says where the rest is cut, see <see cref="Cuts"/>.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Starts again with <paramref name="bytes"/>.</summary>
    public void Reset(ReadOnlySpan<byte> bytes)
    {
        Length = 0;
        Append(bytes);
    }

    public void Append(ReadOnlySpan<byte> bytes) => Insert(Length, bytes);

    public void Append(byte value) => Append([value]);

    /// <summary>Puts <paramref name="bytes"/> in front of the byte at <paramref name="at"/>.</summary>
    public void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Capacity - Length);
        _bytes.AsSpan(at, Length - at).CopyTo(_bytes.AsSpan(at + count));
        bytes[..count].CopyTo(_bytes.AsSpan(at));
        Length += count;
    }

    public void Remove(int at, int count)
    {
        _bytes.AsSpan(at + count, Length - at - count).CopyTo(_bytes.AsSpan(at));
        Length -= count;
    }

    public void Truncate(int length) => Length = Math.Min(Length, length);

    public byte[] ToArray() => Bytes.ToArray();
}
