using System.Globalization;

namespace Rx.Benchmarks.Embed;

/// <summary>What the measurements for embedders were asked for.</summary>
/// <param name="Count">How often each is taken, after once that does not count.</param>
/// <param name="Machines">How many machines stand beside one another while memory is measured.</param>
/// <param name="Megabytes">How much goes through a stream, in MiB.</param>
/// <param name="Only">The name of the only one to take; null: all.</param>
internal sealed record EmbedOptions(int Count, int Machines, int Megabytes, string? Only)
{
    public static string Usage =>
        $"benchmarks embed [--count N] [--machines N] [--megabytes N] [--only {string.Join('|', EmbedScenarios.All.Select(one => one.Name))}]";

    public static EmbedOptions Parse(string[] args)
    {
        var options = new EmbedOptions(5, 3, 64, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]}: a value is missing.");
            options = args[i] switch
            {
                "--count" => options with { Count = Number(args[i], value, 1000) },
                "--machines" => options with { Machines = Number(args[i], value, 100) },
                "--megabytes" => options with { Megabytes = Number(args[i], value, 4096) },
                "--only" when EmbedScenarios.All.Any(one => one.Name == value) => options with { Only = value },
                _ => throw new ArgumentException($"{args[i]} {value}: not understood."),
            };
        }

        return options;
    }

    private static int Number(string option, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new ArgumentException($"{option} {text}: not a number from 1 to {most}.");
}
