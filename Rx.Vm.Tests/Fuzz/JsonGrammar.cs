using System.Text;
using Rx.Vm.Tests.Campaign;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>Writes random JSON, with the words of a target where names and values go.</summary>
internal static class JsonGrammar
{
    private static readonly byte[][] Scalars =
    [
        .. new[] { "0", "-1", "1", "2147483648", "18446744073709551616", "1e400", "1.5", "true", "false", "null", "\"\"", "[]", "{}" }
            .Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly byte[][] Pieces =
    [
        [0xC3], [0xFF],
        .. new[]
        {
            "a", "{", "}", "]", "\\\"", "\\\\", "\\u0000", "\\ud800", "\\ud83d\\ude00", "\\n", "\u00fc", "\u202e",
            " ", "/", "..", "=", "\\u001b",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly byte[][] Gaps = [[], [], [], " "u8.ToArray(), "\r\n"u8.ToArray(), "\t"u8.ToArray()];

    public static void Gap(ref Dice dice, FuzzInput input) => input.Append(Gaps[dice.Below(Gaps.Length)]);

    /// <summary>An object; its names are mostly words.</summary>
    public static void Object(ref Dice dice, FuzzInput input, byte[][] words, int depth)
    {
        input.Append((byte)'{');
        for (int count = dice.Below(5), i = 0; i < count; i++)
        {
            if (i > 0)
            {
                input.Append((byte)',');
            }

            Text(ref dice, input, words);
            input.Append((byte)':');
            Gap(ref dice, input);
            Value(ref dice, input, words, depth - 1);
        }

        input.Append((byte)'}');
    }

    /// <summary>Any value.</summary>
    public static void Value(ref Dice dice, FuzzInput input, byte[][] words, int depth)
    {
        switch (dice.Below(depth > 0 ? 6 : 3))
        {
            case 0:
                input.Append(Scalars[dice.Below(Scalars.Length)]);
                break;
            case 1 or 2:
                Text(ref dice, input, words);
                break;
            case 3 or 4:
                Object(ref dice, input, words, depth);
                break;
            default:
                Array(ref dice, input, words, depth);
                break;
        }
    }

    private static void Array(ref Dice dice, FuzzInput input, byte[][] words, int depth)
    {
        input.Append((byte)'[');
        for (int count = dice.Below(4), i = 0; i < count; i++)
        {
            if (i > 0)
            {
                input.Append((byte)',');
            }

            Value(ref dice, input, words, depth - 1);
        }

        input.Append((byte)']');
    }

    private static void Text(ref Dice dice, FuzzInput input, byte[][] words)
    {
        input.Append((byte)'"');
        if (dice.OneIn(5))
        {
            for (var count = dice.Below(dice.OneIn(10) ? 80 : 5); count > 0; count--)
            {
                input.Append(Pieces[dice.Below(Pieces.Length)]);
            }
        }
        else
        {
            input.Append(words[dice.Below(words.Length)]);
        }

        input.Append((byte)'"');
    }
}
