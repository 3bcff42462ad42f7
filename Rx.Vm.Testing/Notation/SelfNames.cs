using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rx.Vm.Testing.Notation;

/// <summary>Values whose names need no legend: strings, characters, whole numbers, members of enums.</summary>
internal static class SelfNames
{
    public static bool TryValue<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        if (Read(typeof(T), name) is T found)
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The name that reads back as <paramref name="value"/>, or null.</summary>
    public static string? NameOf<T>(T value)
    {
        var name = value switch
        {
            string text => text,
            char letter => letter.ToString(),
            int number => number.ToString(CultureInfo.InvariantCulture),
            long number => number.ToString(CultureInfo.InvariantCulture),
            Enum member => member.ToString(),
            _ => null,
        };
        return Names.IsLegal(name) && TryValue<T>(name!, out var back) && EqualityComparer<T>.Default.Equals(back, value) ? name : null;
    }

    private static object? Read(Type type, string name)
    {
        if (type == typeof(string) || type == typeof(object))
        {
            return name;
        }

        if (type == typeof(char))
        {
            return name.Length == 1 ? name[0] : null;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return Number(type, name);
        }

        // TryParse alone would take numbers and lists of members as well.
        return type.IsEnum && Enum.GetNames(type).Contains(name) && Enum.TryParse(type, name, ignoreCase: false, out var member)
            ? member
            : null;
    }

    private static object? Number(Type type, string name)
    {
        var isNumber = long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        return !isNumber ? null
            : type == typeof(long) ? number
            : number is >= int.MinValue and <= int.MaxValue ? (int)number : null;
    }
}
