using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Rx.Vm.Cli.Commands;

/// <summary>
/// What options and arguments take. Whatever else is given is refused before anything is done, in words that name the option, what was given
/// and what is taken; the library's own would name a property of a class, or a type of .NET's.
/// </summary>
internal static class OptionValues
{
    // Less is no time that anything could be done in, and would be told as "0 s".
    private const double LeastSeconds = 0.001;
    private const double MostSeconds = 86_400;

    /// <summary>
    /// An option that takes exactly one of the names of <typeparamref name="T"/>, in any case. Without this a number would do, also one that
    /// nothing has, and so would a list.
    /// </summary>
    public static Option<T> Name<T>(string option, string description, T unless)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        return new Option<T>(option)
        {
            Description = description,
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => unless,
            CustomParser = result => names.FirstOrDefault(name => name.Equals(Text(result), StringComparison.OrdinalIgnoreCase)) is { } known
                ? Enum.Parse<T>(known)
                : Refuse<T>(result, $"must be {string.Join(", ", names[..^1])} or {names[^1]}"),
        };
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Number(string option, string description, string what, int least, int most) => new(option)
    {
        Description = description,
        HelpName = what,
        CustomParser = result =>
            int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : Refuse<int?>(result, $"must be a whole number from {least} to {most}"),
    };

    /// <summary>An option that takes a time.</summary>
    public static Option<TimeSpan?> Seconds(string option, string description) => new(option)
    {
        Description = description,
        HelpName = "seconds",
        CustomParser = result =>
            double.TryParse(Text(result), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                && seconds is >= LeastSeconds and <= MostSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Refuse<TimeSpan?>(result, FormattableString.Invariant($"must be seconds, from {LeastSeconds} to {MostSeconds}")),
    };

    /// <summary>An option that takes the path of a file.</summary>
    public static Option<string?> File(string option, string description) =>
        new(option) { Description = description, HelpName = "file", CustomParser = Path };

    /// <summary>For arguments that are paths, and options that are more than a file.</summary>
    public static string? Path(ArgumentResult result) => Text(result) is { Length: > 0 } path ? path : Refuse<string?>(result, "a path is needed");

    private static string Text(ArgumentResult result) => result.Tokens is [var token, ..] ? token.Value : "";

    private static T? Refuse<T>(ArgumentResult result, string why)
    {
        var name = result.Parent is OptionResult option ? option.Option.Name : $"<{result.Argument.Name}>";
        result.AddError($"{name} {(Text(result) is { Length: > 0 } text ? text : "''")}: {why}");
        return default;
    }
}
