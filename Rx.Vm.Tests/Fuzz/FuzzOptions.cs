using System.Globalization;
using Rx.Vm.Tests.Fuzz.Targets;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>What the command line of the fuzzer asks for.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = """
        ./rx fuzz [--minutes N | --executions N] [--seed S] [--target T] [--cores N]
            Runs random inputs until N minutes have passed (default: 1) or N inputs were run for each target; T is one of them, default all.
            The same seed and number of inputs gives the same digest. Exit code 1: an input failed; it is printed, cut down.
        ./rx fuzz --target T --input HEX
            Runs one input again; the first byte says where the rest is cut.
        """;

    public TimeSpan Time { get; init; } = TimeSpan.FromMinutes(1);

    public long? Executions { get; init; }

    public ulong Seed { get; init; } = 1;

    public int Cores { get; init; } = Environment.ProcessorCount;

    public IReadOnlyList<string> Targets { get; init; } = FuzzTargets.Names;

    public byte[]? Input { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> args)
    {
        var options = new FuzzOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count)
            {
                throw new FormatException($"'{args[i]}' needs a value, or is no option");
            }

            var value = args[i + 1];
            options = args[i] switch
            {
                "--minutes" => options with { Time = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--executions" => options with { Executions = long.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--cores" => options with { Cores = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 1, 256) },
                "--target" => options with { Targets = [FuzzTargets.New(value).Name] },
                "--input" => options with { Input = Convert.FromHexString(value) },
                _ => throw new FormatException($"there is no option '{args[i]}'"),
            };
        }

        return options.Input is null || options.Targets.Count == 1 ? options : throw new FormatException("--input needs a --target");
    }
}
