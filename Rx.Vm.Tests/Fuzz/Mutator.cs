using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>Changes inputs at random: bytes, words of the target's language, numbers, pieces of itself and of others.</summary>
internal sealed class Mutator(FuzzTarget target)
{
    private static readonly byte[][] Numbers =
    [
        [0], [0xFF], [0x7F], [0x80], [0, 0, 0, 0], [0, 0, 0, 7], [0, 0, 0, 8], [0, 0, 0, 12], [0, 0, 4, 0], [0x7F, 0xFF, 0xFF, 0xFF],
        [0x80, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0x10, 0], [0, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 1],
        [(byte)'0'], [(byte)'-', (byte)'1'], [(byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)'9'],
    ];

    /// <summary>Changes <paramref name="input"/> one to eight times; <paramref name="pool"/> is where pieces of others come from.</summary>
    public void Mutate(ref Dice dice, FuzzInput input, IReadOnlyList<byte[]> pool)
    {
        for (var left = 1 + dice.Below(dice.OneIn(3) ? 8 : 3); left > 0; left--)
        {
            Once(ref dice, input, pool);
        }
    }

    private void Once(ref Dice dice, FuzzInput input, IReadOnlyList<byte[]> pool)
    {
        var at = dice.Below(input.Length + 1);
        var rest = input.Length - at;
        switch (dice.Below(12))
        {
            case 0 when rest > 0:
                input.Bytes[at] ^= (byte)(1 << dice.Below(8));
                break;
            case 1 when rest > 0:
                input.Bytes[at] = (byte)dice.Next();
                break;
            case 2 or 3:
                input.Insert(at, target.Words[dice.Below(target.Words.Length)]);
                break;
            case 4 when rest > 0:
                Overwrite(input, at, target.Words[dice.Below(target.Words.Length)]);
                break;
            case 5 when rest > 0:
                Overwrite(input, at, Numbers[dice.Below(Numbers.Length)]);
                break;
            case 6:
                input.Insert(at, Numbers[dice.Below(Numbers.Length)]);
                break;
            case 7 when rest > 0:
                input.Remove(at, 1 + dice.Below(Math.Min(rest, dice.OneIn(4) ? rest : 8)));
                break;
            case 8 when rest > 0:
                Repeat(ref dice, input, at, 1 + dice.Below(Math.Min(rest, 64)));
                break;
            case 9 or 10 when pool.Count > 0:
                Splice(ref dice, input, at, pool[dice.Below(pool.Count)]);
                break;
            case 11 when dice.OneIn(4):
                input.Truncate(at);
                break;
        }
    }

    private static void Overwrite(FuzzInput input, int at, ReadOnlySpan<byte> with) =>
        with[..Math.Min(with.Length, input.Length - at)].CopyTo(input.Bytes[at..]);

    private static void Repeat(ref Dice dice, FuzzInput input, int at, int length)
    {
        Span<byte> piece = stackalloc byte[length];
        input.Bytes.Slice(at, length).CopyTo(piece);
        for (var times = dice.OneIn(24) ? 1 + dice.Below(100) : 1; times > 0; times--)
        {
            input.Insert(at, piece);
        }
    }

    private static void Splice(ref Dice dice, FuzzInput input, int at, ReadOnlySpan<byte> other)
    {
        if (other.Length > 1)
        {
            var from = 1 + dice.Below(other.Length - 1);
            input.Insert(at, other.Slice(from, 1 + dice.Below(other.Length - from)));
        }
    }
}
