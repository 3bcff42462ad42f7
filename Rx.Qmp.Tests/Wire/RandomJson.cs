using System.Text;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Random JSON text that is hard on a scanner: brackets, quotes and backslashes inside strings, odd white space, no
/// separators.</summary>
internal static class RandomJson
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "\\\"", "\\\\", "\\\\\\\"", "\\/", "\\u0022", "\\ud83d\\ude00", "\\n", ":", ",",
        "a", "ü", "😀", " ", "id", "event",
    ];

    private static readonly string[] Scalars =
        ["0", "-1", "1.5e-7", "true", "false", "null", "18446744073709551615", "-9223372036854775808", "\"\""];

    private static readonly string[] Gaps = ["", "", "", " ", "\n", "\r\n", "\t", "    "];

    /// <summary>Some objects, one after the other.</summary>
    public static string Stream(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            Gap(random, text);
            Object(random, text, random.Next(0, 6));
            Gap(random, text);
        }

        return text.ToString();
    }

    /// <summary>One value of any kind.</summary>
    public static string Value(Random random)
    {
        var text = new StringBuilder();
        Value(random, text, random.Next(0, 4));
        return text.ToString();
    }

    private static void Value(Random random, StringBuilder text, int depth)
    {
        switch (random.Next(depth > 0 ? 5 : 2))
        {
            case 0:
                text.Append(Scalars[random.Next(Scalars.Length)]);
                break;
            case 1 or 2:
                String(random, text);
                break;
            case 3:
                Array(random, text, depth - 1);
                break;
            default:
                Object(random, text, depth - 1);
                break;
        }
    }

    private static void Object(Random random, StringBuilder text, int depth)
    {
        text.Append('{');
        for (int count = random.Next(4), i = 0; i < count; i++)
        {
            text.Append(i > 0 ? "," : "");
            Gap(random, text);
            String(random, text);
            Gap(random, text);
            text.Append(':');
            Gap(random, text);
            Value(random, text, depth);
            Gap(random, text);
        }

        text.Append('}');
    }

    private static void Array(Random random, StringBuilder text, int depth)
    {
        text.Append('[');
        for (int count = random.Next(4), i = 0; i < count; i++)
        {
            text.Append(i > 0 ? "," : "");
            Gap(random, text);
            Value(random, text, depth);
            Gap(random, text);
        }

        text.Append(']');
    }

    private static void String(Random random, StringBuilder text)
    {
        text.Append('"');
        for (var count = random.Next(random.Next(10) == 0 ? 80 : 6); count > 0; count--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        text.Append('"');
    }

    private static void Gap(Random random, StringBuilder text) => text.Append(Gaps[random.Next(Gaps.Length)]);
}
