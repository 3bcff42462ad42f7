using System.Diagnostics;
using System.Globalization;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Has the mutants of a target tried by worker processes, each with a time limit per mutant.</summary>
/// <param name="target">What is changed.</param>
/// <param name="patience">For one mutant.</param>
/// <param name="cores">How many workers.</param>
internal sealed class MutationRun(MutationTarget target, TimeSpan patience, int cores)
{
    /// <summary>Compiling everything once and running the tests on the unchanged code comes first.</summary>
    private static readonly TimeSpan StartUp = TimeSpan.FromMinutes(3);

    private readonly Dictionary<int, (MutantFate Fate, string By)> _fates = [];
    private readonly Lock _gate = new();

    /// <summary>What became of each of these mutants.</summary>
    /// <exception cref="InvalidOperationException">The tests fail on the unchanged code.</exception>
    public async Task<IReadOnlyDictionary<int, (MutantFate Fate, string By)>> TryAsync(IReadOnlyList<int> mutants, CancellationToken ct)
    {
        var waiting = new Queue<int>(mutants);
        await Task.WhenAll(Enumerable.Range(0, cores).Select(_ => Task.Run(() => WorkAsync(waiting, ct), ct)));
        return _fates;
    }

    private async Task WorkAsync(Queue<int> waiting, CancellationToken ct)
    {
        while (Next(waiting) is { Count: > 0 } mine)
        {
            while (mine.Count > 0)
            {
                await OneWorkerAsync(mine, ct);
            }
        }
    }

    private List<int> Next(Queue<int> waiting)
    {
        lock (_gate)
        {
            var mine = new List<int>();
            while (mine.Count < 40 && waiting.TryDequeue(out var number))
            {
                mine.Add(number);
            }

            return mine;
        }
    }

    /// <summary>Takes from the list what one process has dealt with: all of it or, if it is stopped, all up to the mutant that stopped it.</summary>
    private async Task OneWorkerAsync(List<int> mine, CancellationToken ct)
    {
        using var process = Start(mine);
        try
        {
            var ready = await ReadAsync(process, StartUp, ct);
            if (ready != "ready")
            {
                throw new InvalidOperationException($"No mutant of {target.Name} can be tried: {ready ?? "the worker does not start"}");
            }

            while (mine.Count > 0)
            {
                var line = await ReadAsync(process, patience, ct);
                var words = line?.Split(' ', 3);
                Note(mine[0], words is null ? MutantFate.Stopped : Enum.Parse<MutantFate>(words[0]), words is [_, _, var by] ? by : "");
                mine.RemoveAt(0);
                if (words is null)
                {
                    return;
                }
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string?> ReadAsync(Process process, TimeSpan patience, CancellationToken ct)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(ct).AsTask().WaitAsync(patience, ct);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private Process Start(IEnumerable<int> mutants)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            // Of eight mutants that take all memory, none may get it.
            Environment = { ["DOTNET_GCHeapHardLimit"] = "0x60000000", ["DOTNET_TieredPGO"] = "0" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Rx.Vm.Tests.dll"), MutationWorker.Word, target.Name },
        };
        foreach (var number in mutants)
        {
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private void Note(int number, MutantFate fate, string by)
    {
        lock (_gate)
        {
            _fates[number] = (fate, by);
        }
    }
}
