using System.Globalization;
using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Mutation;

/// <summary>
/// Runs tests in a process of its own, and says before each how long it may take: a mutant that never ends, or that takes the memory or the
/// stack, takes this process with it and no other.
/// </summary>
internal sealed class MutationWorker
{
    public const string Word = "mutation-worker";

    /// <summary>The file with all mutants that wait behind a switch.</summary>
    public const string Together = "all.dll";

    /// <summary>A line for each test: its milliseconds, and the mutants it comes by.</summary>
    public const string Reach = "reach";

    private readonly TextWriter _output = Console.Out;
    private readonly IScheduler _clock;
    private readonly string _folder;
    private readonly MutantTests _tests;
    private MutantTests.Loaded _loaded;

    private MutationWorker(string target, string folder, IScheduler clock)
    {
        // Whatever a test prints is no answer.
        Console.SetOut(TextWriter.Null);
        _clock = clock;
        _folder = folder;
        _tests = new MutantTests(MutationTarget.Of(target));
        _loaded = LoadTogether();
    }

    /// <summary>The arguments: "learn" or "try", the target, and a folder. What to try comes line by line: a mutant and, if any, a file of its own.</summary>
    public static int Run(IReadOnlyList<string> args, IScheduler clock)
    {
        var worker = new MutationWorker(args[1], args[2], clock);
        return args[0] == "learn" ? worker.Learn() : worker.TryAll();
    }

    /// <summary>Finds out which test comes by which mutants; none may fail twice where nothing is changed.</summary>
    private int Learn()
    {
        var lines = new List<string>();
        for (var test = 0; test < _loaded.Count; test++)
        {
            Say("at 120000");
            var watch = _clock.StartStopwatch();
            var (failure, reached) = _loaded.Learn(test);
            if (failure is not null && _loaded.Learn(test).Failure is { } again)
            {
                Say($"unfit {again}");
                return 1;
            }

            lines.Add($"{(int)watch.Elapsed.TotalMilliseconds} {string.Join(' ', reached)}");
        }

        File.WriteAllLines(Path.Combine(_folder, Reach), lines);
        Say("ready");
        return 0;
    }

    private int TryAll()
    {
        var tests = File.ReadLines(Path.Combine(_folder, Reach))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray())
            .Select((numbers, test) => (Test: test, Limit: 8_000 + (4 * numbers[0]), Reached: numbers[1..].ToHashSet())).ToList();
        Say("ready");
        while (Console.ReadLine()?.Split(' ', 2) is [var mutant, .. var own])
        {
            var number = int.Parse(mutant, CultureInfo.InvariantCulture);
            var likely = own.Length > 0 ? tests : tests.Where(t => t.Reached.Contains(number));
            using var alone = own.Length > 0 ? _tests.Load(File.ReadAllBytes(own[0])) : null;
            var failure = FirstFailure(alone ?? _loaded, number, likely.Select(t => (t.Test, t.Limit)));
            Say(failure is null ? $"{MutantFate.Survived}" : $"{MutantFate.Killed} {failure}");
        }

        return 0;
    }

    private string? FirstFailure(MutantTests.Loaded loaded, int mutant, IEnumerable<(int Test, int Limit)> tests)
    {
        foreach (var (test, limit) in tests)
        {
            Say($"at {limit}");
            if (loaded.Failure(test, mutant) is not { } failure)
            {
                continue;
            }

            Say($"at {limit}");
            if (_loaded.Learn(test).Failure is null)
            {
                return failure;
            }

            // It fails without the mutant too: a mutant before this one has left something behind, or the machine was too slow for the test.
            var isAlone = loaded != _loaded;
            _loaded.Dispose();
            _loaded = LoadTogether();
            loaded = isAlone ? loaded : _loaded;
            Say($"at {limit}");
            if (loaded.Failure(test, mutant) is { } sure)
            {
                return sure;
            }
        }

        return null;
    }

    private MutantTests.Loaded LoadTogether() => _tests.Load(File.ReadAllBytes(Path.Combine(_folder, Together)));

    private void Say(string line) => _output.WriteLine(line);
}

/// <summary>What became of a mutant.</summary>
internal enum MutantFate
{
    /// <summary>It is no C#.</summary>
    Invalid,

    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>A test took too long, or the process ended.</summary>
    Stopped,

    /// <summary>No test noticed.</summary>
    Survived,
}
