using System.Globalization;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;

namespace Rx.Vm.Tests.Campaign;

/// <summary>What the command line of a campaign asks for.</summary>
internal sealed record CampaignOptions
{
    public const string Usage = """
        ./rx campaign [--minutes N | --rounds N] [--seed S] [--cores N] [--most N] [--pipeline N] [--round N] [--plant FAULT]
            Lives every life with up to three faults (--most), a million random ones (--pipeline) through the real Rx pipeline in virtual
            time, then random ones with up to a dozen, a million a round (--round), until N
            minutes have passed or for N rounds (default: none). The same seed gives the same lines, up to the end of the shorter run,
            with any number of threads (--cores). Exit code 1: something was broken.
            --plant puts a fault into the reducer, by its name or number in PlantedFaults, to see it found.
        ./rx campaign --course Stopped|Finished|Kept [--tempo T] [--machine reducer|pipeline] [--plant FAULT] --faults KIND@POSITION,…
        ./rx campaign --course Stopped|Finished|Kept [--plant FAULT] --events EVENT,…
            Lives one life again and tells its steps.
        """;

    public TimeSpan Time { get; init; }

    public int? Rounds { get; init; }

    public int MostFaults { get; init; } = 3;

    public int Round { get; init; } = 1_000_000;

    public int Pipeline { get; init; } = 1_000_000;

    public ulong Seed { get; init; } = 1;

    public int Cores { get; init; } = Environment.ProcessorCount;

    public Course Course { get; init; }

    public uint Tempo { get; init; }

    public bool IsWhole { get; init; }

    public IReadOnlyList<Fault>? Faults { get; init; }

    public IReadOnlyList<VmInput>? Events { get; init; }

    public Reducer Reducer { get; init; } = VmReducer.Reduce;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static CampaignOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CampaignOptions();
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
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = ulong.Parse(value, CultureInfo.InvariantCulture) },
                "--cores" => options with { Cores = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 1, 256) },
                "--most" => options with { MostFaults = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 1, 4) },
                "--pipeline" => options with { Pipeline = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 0, 1 << 30) },
                "--round" => options with { Round = Math.Clamp(int.Parse(value, CultureInfo.InvariantCulture), 1, 1 << 30) },
                "--course" => options with
                {
                    Course = Enum.TryParse<Course>(value, out var course) && Enum.IsDefined(course)
                        ? course
                        : throw new FormatException($"there is no course '{value}'"),
                },
                "--tempo" => options with { Tempo = uint.Parse(value, CultureInfo.InvariantCulture) },
                "--machine" => options with
                {
                    IsWhole = value switch
                    {
                        "reducer" => false,
                        "pipeline" => true,
                        _ => throw new FormatException($"there is no machine '{value}'"),
                    },
                },
                "--faults" => options with { Faults = Fault.ParseList(value) },
                "--events" => options with { Events = EventList.Parse(value) },
                "--plant" => options with { Reducer = Plant(value).Reducer },
                _ => throw new FormatException($"there is no option '{args[i]}'"),
            };
        }

        return options;
    }

    private static PlantedFault Plant(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < PlantedFaults.All.Count
            ? PlantedFaults.All[number]
            : PlantedFaults.All.FirstOrDefault(f => f.Name.StartsWith(name, StringComparison.Ordinal))
                ?? throw new FormatException($"no planted fault is called '{name}'");
}
