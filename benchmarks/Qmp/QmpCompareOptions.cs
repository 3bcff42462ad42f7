using System.Globalization;

namespace Rx.Benchmarks.Qmp;

/// <summary>What is compared, and how often.</summary>
/// <param name="Server">The program that plays QEMU.</param>
/// <param name="Limit">The client that is the limit.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Only">The one row to measure; null: all.</param>
internal sealed record QmpCompareOptions(string Server, string Limit, int Rounds, string? Only)
{
    public const string Usage = "benchmarks qmp-compare --server PROGRAM --limit PROGRAM [--rounds N] [--only ROW]";

    public static QmpCompareOptions Parse(string[] args)
    {
        var options = new QmpCompareOptions("", "", 5, null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]}: a value is missing.");
            options = args[i] switch
            {
                "--server" => options with { Server = value },
                "--limit" => options with { Limit = value },
                "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is > 0 and <= 100 =>
                    options with { Rounds = rounds },
                "--only" when QmpCompare.Rows.Any(row => row.Name == value) => options with { Only = value },
                _ => throw new ArgumentException($"{args[i]} {value}: not understood."),
            };
        }

        return File.Exists(options.Server) && File.Exists(options.Limit)
            ? options
            : throw new ArgumentException("--server and --limit name two programs.");
    }
}
