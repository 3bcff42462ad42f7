using System.Reactive.Concurrency;
using Rx.Vm.Tests.Fuzz.Targets;

namespace Rx.Vm.Tests.Fuzz;

/// <summary>The fuzzer as a program: <c>./rx fuzz</c>.</summary>
/// <param name="output">Where the report goes.</param>
/// <param name="clock">Tells when the time is over, and how fast it went.</param>
internal sealed class FuzzProgram(TextWriter output, IScheduler clock)
{
    private const int Round = 2000;
    private readonly IStopwatch _watch = clock.StartStopwatch();
    private readonly Lock _gate = new();

    /// <summary>Runs it: 0 when nothing failed, 1 when something did, 2 when the command line is not one.</summary>
    public int Run(IReadOnlyList<string> args)
    {
        FuzzOptions options;
        try
        {
            options = FuzzOptions.Parse(args);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            output.WriteLine($"{e.Message}\n{FuzzOptions.Usage}");
            return 2;
        }

        return options.Input is { } input ? Again(FuzzTargets.New(options.Targets[0]), input) : Fuzz(options);
    }

    private int Fuzz(FuzzOptions options)
    {
        output.WriteLine($"seed {options.Seed}, {options.Cores} threads");
        output.WriteLine("target          inputs          bytes    kinds  digest");
        var fuzzers = options.Targets.Select(name => (Name: name, Fuzzer: new Fuzzer(
            FuzzTargets.New(name), options.Seed, FuzzCorpus.Of(name).Select(c => c.Input)))).ToList();
        var findings = new List<FuzzFinding>();
        var threads = Enumerable.Range(0, Math.Min(options.Cores, fuzzers.Count)).Select(worker => new Thread(() =>
        {
            // Every target gets its turn; one that has failed is over.
            var mine = fuzzers.Where((_, i) => i % options.Cores == worker).Select(f => f.Fuzzer).ToList();
            while (mine.Count > 0)
            {
                mine.RemoveAll(fuzzer => IsOver(options, fuzzer) || Failed(fuzzer, Left(options, fuzzer), findings));
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        foreach (var (name, fuzzer) in fuzzers)
        {
            output.WriteLine($"{name,-10} {fuzzer.Executions,11:N0} {fuzzer.Bytes,14:N0} {fuzzer.Kinds,8:N0}  {fuzzer.Digest:x16}");
        }

        var all = fuzzers.Sum(f => f.Fuzzer.Executions);
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        output.WriteLine($"{all:N0} inputs, {findings.Count} failures, {_watch.Elapsed.TotalSeconds:N1} s, "
            + $"{all / cpu:N0} inputs per second and core");
        findings.ForEach(finding => output.WriteLine($"failure: {finding}"));
        return findings.Count == 0 ? 0 : 1;
    }

    private bool IsOver(FuzzOptions options, Fuzzer fuzzer) =>
        options.Executions is { } most ? fuzzer.Executions >= most : _watch.Elapsed >= options.Time;

    private static long Left(FuzzOptions options, Fuzzer fuzzer) =>
        options.Executions is { } most ? Math.Min(Round, most - fuzzer.Executions) : Round;

    private bool Failed(Fuzzer fuzzer, long count, List<FuzzFinding> findings)
    {
        if (fuzzer.Run(count) is not { } finding)
        {
            return false;
        }

        lock (_gate)
        {
            findings.Add(finding);
        }

        return true;
    }

    private int Again(FuzzTarget target, byte[] input)
    {
        var failure = Fuzzer.TryRun(target, input, out var kind);
        output.WriteLine(failure is null ? $"{target.Name}: nothing failed, kind {kind:x}" : $"{target.Name}: {failure}");
        return failure is null ? 0 : 1;
    }
}
