using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Rx.Qmp.Protocol;

/// <summary>
/// Gives equal short texts one string: ids, node names and enum values come again with every event. One entry per hash, so it never grows;
/// threads that race for an entry at worst make a string twice.
/// </summary>
internal static class TextPool
{
    public const int LongestPooled = 48;

    private const int Entries = 1024;

    private static readonly string?[] Pool = new string?[Entries];

    /// <summary>The text of ASCII bytes, or null if there are others among them.</summary>
    public static string? TryGet(ReadOnlySpan<byte> ascii)
    {
        if (ascii.IsEmpty)
        {
            return string.Empty;
        }

        ref var entry = ref Pool[Hash(ascii) & (Entries - 1)];
        if (entry is { } known && known.Length == ascii.Length && Ascii.Equals(ascii, known))
        {
            return known;
        }

        if (!Ascii.IsValid(ascii))
        {
            return null;
        }

        var made = Encoding.ASCII.GetString(ascii);
        entry = made;
        return made;
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong Factor = 0x9E37_79B9_7F4A_7C15;
        var hash = (ulong)bytes.Length;
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = (hash ^ eight) * Factor;
            hash ^= hash >> 29;
        }

        // The rest, as the last eight bytes; shorter texts byte by byte.
        if (bytes.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..])) * Factor;
        }
        else
        {
            foreach (var one in bytes)
            {
                hash = (hash ^ one) * Factor;
            }
        }

        return (uint)(hash >> 40);
    }
}
