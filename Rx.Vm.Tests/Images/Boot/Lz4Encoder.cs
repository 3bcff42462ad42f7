namespace Rx.Vm.Tests.Images.Boot;

/// <summary>A small greedy LZ4 block encoder: the other half of the round trip.</summary>
internal static class Lz4Encoder
{
    private const int LastLiterals = 12;

    public static byte[] Encode(ReadOnlySpan<byte> data)
    {
        var output = new List<byte>();
        var seen = new Dictionary<uint, int>();
        var literals = 0;
        var position = 0;
        while (position < data.Length - LastLiterals)
        {
            var key = BitConverter.ToUInt32(data[position..]);
            if (seen.TryGetValue(key, out var candidate) && position - candidate <= ushort.MaxValue)
            {
                var length = 4;
                while (position + length < data.Length - 5 && data[candidate + length] == data[position + length])
                {
                    length++;
                }

                Sequence(output, data[literals..position], position - candidate, length);
                seen[key] = position;
                position += length;
                literals = position;
                continue;
            }

            seen[key] = position++;
        }

        Sequence(output, data[literals..], distance: 0, match: 0);
        return [.. output];
    }

    private static void Sequence(List<byte> output, ReadOnlySpan<byte> literals, int distance, int match)
    {
        var matchCode = distance == 0 ? 0 : match - 4;
        output.Add((byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(matchCode, 15)));
        Extend(output, literals.Length);
        output.AddRange(literals);
        if (distance > 0)
        {
            output.Add((byte)distance);
            output.Add((byte)(distance >> 8));
            Extend(output, matchCode);
        }
    }

    private static void Extend(List<byte> output, int length)
    {
        if (length >= 15)
        {
            for (length -= 15; length >= 255; length -= 255)
            {
                output.Add(255);
            }

            output.Add((byte)length);
        }
    }
}
