using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rx.Vm.Journal;

/// <summary>The salted chain of seals, at one place. A value: whoever fails to write a record still has the chain before it.</summary>
/// <param name="Salt">The journal's own random number.</param>
/// <param name="Seal">The seal of the record before.</param>
internal readonly record struct JournalChain(UInt128 Salt, UInt128 Seal)
{
    /// <summary>The chain before the first record.</summary>
    public static JournalChain Begin(ReadOnlySpan<byte> preamble) =>
        new JournalChain(BinaryPrimitives.ReadUInt128LittleEndian(preamble[^JournalFormat.SaltBytes..]), 0).Next(preamble);

    /// <summary>The chain after a record of these bytes.</summary>
    public JournalChain Next(ReadOnlySpan<byte> bytes)
    {
        const int Own = JournalFormat.SaltBytes + JournalFormat.SealBytes;
        var input = ArrayPool<byte>.Shared.Rent(Own + bytes.Length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(input, Salt);
        BinaryPrimitives.WriteUInt128LittleEndian(input.AsSpan(JournalFormat.SaltBytes), Seal);
        bytes.CopyTo(input.AsSpan(Own));
        SHA256.HashData(input.AsSpan(0, Own + bytes.Length), hash);
        ArrayPool<byte>.Shared.Return(input);
        return this with { Seal = BinaryPrimitives.ReadUInt128LittleEndian(hash) };
    }
}
