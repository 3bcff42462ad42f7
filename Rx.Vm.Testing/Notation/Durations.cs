using System.Globalization;

namespace Rx.Vm.Testing.Notation;

/// <summary>Durations in diagrams: a decimal number and ms, s or m.</summary>
internal static class Durations
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute),
    ];

    /// <summary>The longest time a diagram may have: about 27 years, so that sums never overflow.</summary>
    public static long Max { get; } = TimeSpan.FromDays(10_000).Ticks;

    /// <summary>The length of the duration that the text begins with, or 0.</summary>
    /// <param name="text">The text from the first digit on.</param>
    /// <param name="ticks">Its value; null if it is over the maximum or no whole number of ticks.</param>
    public static int Match(ReadOnlySpan<char> text, out long? ticks)
    {
        ticks = null;
        var length = Digits(text);
        if (length > 0 && length < text.Length && text[length] == '.')
        {
            var fraction = Digits(text[(length + 1)..]);
            length = fraction == 0 ? 0 : length + 1 + fraction;
        }

        if (length == 0)
        {
            return 0;
        }

        foreach (var (name, size) in Units)
        {
            if (text[length..].StartsWith(name, StringComparison.Ordinal))
            {
                ticks = Ticks(text[..length], size);
                return length + name.Length;
            }
        }

        return 0;
    }

    /// <summary>The shortest text of a duration that is not negative.</summary>
    public static string Shortest(long ticks)
    {
        var best = "";
        foreach (var (name, size) in Units)
        {
            var number = (decimal)ticks / size;
            var text = number.ToString("0.############", CultureInfo.InvariantCulture);
            if ((best.Length == 0 || text.Length + name.Length < best.Length) && Ticks(text, size) == ticks)
            {
                best = text + name;
            }
        }

        return best;
    }

    /// <summary>A time for people: whole minutes, else seconds from one second on, else milliseconds; exact.</summary>
    public static string Words(long ticks)
    {
        var (name, size) = Math.Abs(ticks) < TimeSpan.TicksPerSecond ? Units[0]
            : ticks % TimeSpan.TicksPerMinute == 0 ? Units[2]
            : Units[1];
        return ticks == 0 ? "0" : ((decimal)ticks / size).ToString("0.#######", CultureInfo.InvariantCulture) + name;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static long? Ticks(ReadOnlySpan<char> number, long unit)
    {
        if (number.Length > 24 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value > Max / unit)
        {
            return null;
        }

        var ticks = value * unit;
        return ticks == decimal.Truncate(ticks) ? (long)ticks : null;
    }
}
