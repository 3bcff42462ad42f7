using System.Globalization;
using System.Reactive.Concurrency;

namespace Rx.Vm.Tests.Mutation;

/// <summary>The mutation tests as a program: <c>./rx mutate</c>.</summary>
/// <param name="output">Where the report goes.</param>
/// <param name="clock">Tells how long it took.</param>
internal sealed class MutationProgram(TextWriter output, IScheduler clock)
{
    public const string Usage = """
        ./rx mutate [--target FOLDER] [--every N] [--cores N]
            Changes the code of a folder in one place, runs its tests, and tells which changes no test noticed; with --every only each N-th.
            Exit code 1: less than 80 % were noticed, or one was not that docs/mutation.md does not explain.
        """;

    private const double Wanted = 0.8;
    private readonly IStopwatch _watch = clock.StartStopwatch();

    /// <summary>Runs it: 0 when enough was noticed, 1 when not, 2 when the command line is not one.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        var targets = MutationTarget.All;
        var (every, cores) = (1, Environment.ProcessorCount);
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
            good &= await TargetAsync(target, every, cores, ct);
        }

        return good ? 0 : 1;
    }

    private async Task<bool> TargetAsync(MutationTarget target, int every, int cores, CancellationToken ct)
    {
        var compiler = new MutantCompiler(target);
        var explained = Survivors.Explained();
        var counts = Enum.GetValues<MutantFate>().ToDictionary(fate => fate, _ => 0);
        var strangers = 0;
        var chosen = Enumerable.Range(0, compiler.Mutants.Count).Where(i => i % every == 0).ToList();
        await new MutationRun(target, compiler, cores, Tell).TryAsync(chosen, ct);
        var (noticed, survived) = (counts[MutantFate.Killed] + counts[MutantFate.Stopped], counts[MutantFate.Survived]);
        var score = noticed / (double)Math.Max(1, noticed + survived);
        output.WriteLine($"{target.Name}: {noticed} of {noticed + survived} changes noticed, {score:P1} ({counts[MutantFate.Stopped]} by not ending), "
            + $"{survived - strangers} survivors explained, {strangers} not, {counts[MutantFate.Invalid]} no C#; {_watch.Elapsed.TotalSeconds:0} s");
        return score >= Wanted && strangers == 0;

        void Tell(int number, MutantFate fate, string by)
        {
            var mutant = compiler.Mutants[number];
            var isStrange = fate == MutantFate.Survived && !explained.Contains(mutant.Key);
            counts[fate]++;
            strangers += isStrange ? 1 : 0;
            output.WriteLine($"{(fate == MutantFate.Survived && !isStrange ? "Explained" : fate)} {mutant.Key} (line {mutant.Line}) {by}");
        }
    }
}
