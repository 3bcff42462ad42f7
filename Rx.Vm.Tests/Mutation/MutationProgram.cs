using System.Globalization;
using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Mutation;

/// <summary>The mutation tests as a program: <c>./rx mutate</c>.</summary>
/// <param name="output">Where the report goes.</param>
/// <param name="clock">Tells how long it took.</param>
internal sealed class MutationProgram(TextWriter output, IScheduler clock)
{
    public const string Usage = """
        ./rx mutate [--target FOLDER] [--every N] [--cores N] [--patience SECONDS] [--survivors explained|told]
            Changes the code of a folder in one place, runs its tests, and tells which changes no test noticed; with --every only each N-th.
            Exit code 1: less than 80 % were noticed or, unless survivors are only to be told, one was not that docs/mutation.md does not explain.
        """;

    private const double Wanted = 0.8;
    private readonly IStopwatch _watch = clock.StartStopwatch();

    /// <summary>Runs it: 0 when enough was noticed, 1 when not, 2 when the command line is not one.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        var targets = MutationTarget.All;
        var (every, cores, patience, mayTell) = (1, Environment.ProcessorCount, TimeSpan.FromSeconds(60), false);
        try
        {
            for (var i = 0; i < args.Count; i += 2)
            {
                var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"'{args[i]}' needs a value, or is no option");
                switch (args[i])
                {
                    case "--target": targets = [MutationTarget.Of(value)]; break;
                    case "--every": every = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--cores": cores = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--survivors":
                        mayTell = value is "told" ? true : value is "explained" ? false : throw new FormatException($"survivors are not '{value}'");
                        break;
                    case "--patience": patience = TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture)); break;
                    default: throw new FormatException($"there is no option '{args[i]}'");
                }
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            output.WriteLine($"{e.Message}\n{Usage}");
            return 2;
        }

        var good = true;
        foreach (var target in targets)
        {
            good &= await TargetAsync(target, every, cores, patience, ct) is var (score, strangers) && score >= Wanted && (mayTell || strangers == 0);
        }

        return good ? 0 : 1;
    }

    private async Task<(double Score, int Strangers)> TargetAsync(MutationTarget target, int every, int cores, TimeSpan patience, CancellationToken ct)
    {
        var mutants = new MutantCompiler(target).Mutants;
        var chosen = Enumerable.Range(0, mutants.Count).Where(i => i % every == 0).ToList();
        var fates = await new MutationRun(target, patience, cores).TryAsync(chosen, ct);
        int Count(MutantFate fate) => fates.Values.Count(f => f.Fate == fate);
        var explained = Survivors.Explained();
        var (noticed, survived, strangers) = (Count(MutantFate.Killed) + Count(MutantFate.Stopped), Count(MutantFate.Survived), 0);
        foreach (var (number, fate) in fates.OrderBy(f => f.Key).Where(f => f.Value.Fate == MutantFate.Survived))
        {
            var known = explained.Contains(mutants[number].Key);
            strangers += known ? 0 : 1;
            output.WriteLine($"{(known ? "explained" : "survived ")} {mutants[number].Key} (line {mutants[number].Line})");
        }

        var score = noticed / (double)Math.Max(1, noticed + survived);
        output.WriteLine($"{target.Name}: {noticed} of {noticed + survived} changes noticed, {score:P1} ({Count(MutantFate.Stopped)} by not ending), "
            + $"{survived - strangers} survivors explained, {strangers} not, {Count(MutantFate.Invalid)} no C#; {_watch.Elapsed.TotalSeconds:0} s");
        return (score, strangers);
    }
}
