using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using ThreadState = System.Diagnostics.ThreadState;

namespace Rx.Vm.Tests.Mutation;

/// <summary>Compiles the mutants of a target and has them tried by worker processes, with a time limit for each test.</summary>
/// <param name="target">What is changed.</param>
/// <param name="compiler">Makes the mutants.</param>
/// <param name="cores">How many workers.</param>
/// <param name="found">Is told of each mutant what became of it and by whom, as soon as that is known; of one at a time.</param>
internal sealed class MutationRun(MutationTarget target, MutantCompiler compiler, int cores, Action<int, MutantFate, string> found)
{
    /// <summary>Mutants that a process tries: what they leave behind, as threads that never end, must not become too much.</summary>
    private const int MostOfOne = 60;

    /// <summary>Until a process has loaded everything.</summary>
    private static readonly TimeSpan StartUp = TimeSpan.FromMinutes(3);

    private readonly Lock _gate = new();

    /// <summary>Tries each of these mutants.</summary>
    /// <exception cref="InvalidOperationException">The tests fail on the unchanged code.</exception>
    public async Task TryAsync(IReadOnlyList<int> mutants, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("rx-mutants-");
        try
        {
            var (image, held) = compiler.CompileTogether();
            File.WriteAllBytes(Path.Combine(folder.FullName, MutationWorker.Together), image);
            await LearnAsync(folder.FullName, ct);
            var waiting = Channel.CreateBounded<(int Number, string? File)>(4);
            var workers = Enumerable.Range(0, cores).Select(_ => Task.Run(() => WorkAsync(folder.FullName, waiting, ct), ct)).ToList();
            await Task.WhenAll([.. workers, Task.Run(() => HandOutAsync(mutants, held, folder.FullName, waiting.Writer, ct), ct)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task LearnAsync(string folder, CancellationToken ct)
    {
        using var process = Start("learn", folder);
        try
        {
            var said = await AnswerAsync(process, ct);
            if (said != "ready")
            {
                throw new InvalidOperationException($"No mutant of {target.Name} can be tried: {said ?? "a test does not end"}");
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Those in one assembly first, if any test comes by; the others as they are compiled.</summary>
    private async Task HandOutAsync(
        IReadOnlyList<int> mutants, IReadOnlySet<int> held, string folder, ChannelWriter<(int Number, string? File)> waiting, CancellationToken ct)
    {
        var reached = File.ReadLines(Path.Combine(folder, MutationWorker.Reach)).SelectMany(line => line.Split(' ').Skip(1)).ToHashSet();
        foreach (var number in mutants.Where(held.Contains))
        {
            if (reached.Contains(number.ToString(CultureInfo.InvariantCulture)))
            {
                await waiting.WriteAsync((number, null), ct);
            }
            else
            {
                Note(number, MutantFate.Survived, "no test comes by");
            }
        }

        foreach (var number in mutants.Where(m => !held.Contains(m)))
        {
            if (compiler.Compile(number) is { } image)
            {
                var file = Path.Combine(folder, $"{number}.dll");
                File.WriteAllBytes(file, image);
                await waiting.WriteAsync((number, file), ct);
            }
            else
            {
                Note(number, MutantFate.Invalid, "");
            }
        }

        waiting.Complete();
    }

    private async Task WorkAsync(string folder, Channel<(int Number, string? File)> waiting, CancellationToken ct)
    {
        var worker = new Worker(() => Start("try", folder));
        try
        {
            await foreach (var (number, file) in waiting.Reader.ReadAllAsync(ct))
            {
                var words = (await worker.TryAsync(number, file, ct))?.Split(' ', 2);
                Note(number, words is null ? MutantFate.Stopped : Enum.Parse<MutantFate>(words[0]), words is [_, var by] ? by : "");
                if (file is not null)
                {
                    File.Delete(file);
                }
            }
        }
        catch (Exception e)
        {
            waiting.Writer.TryComplete(e);
            throw;
        }
        finally
        {
            worker.End();
        }
    }

    /// <summary>A process that tries mutants, and the next one when that has ended.</summary>
    private sealed class Worker(Func<Process> start)
    {
        private Process? _process;
        private int _tried;

        /// <summary>What became of a mutant; null if it stops a process that has tried nothing before.</summary>
        public async Task<string?> TryAsync(int number, string? file, CancellationToken ct)
        {
            while (true)
            {
                if (_process is null)
                {
                    (_process, _tried) = (start(), 0);
                    _ = await AnswerAsync(_process, ct) ?? throw new InvalidOperationException("A process that tries mutants does not start.");
                }

                var answer = await AskAsync(_process, file is null ? $"{number}" : $"{number} {file}", ct);
                var isFresh = _tried++ == 0;
                if (answer is null || _tried == MostOfOne)
                {
                    End();
                }

                if (answer is not null || isFresh)
                {
                    return answer;
                }
            }
        }

        public void End()
        {
            _process?.Kill(entireProcessTree: true);
            _process?.Dispose();
            _process = null;
        }

        private static async Task<string?> AskAsync(Process process, string question, CancellationToken ct)
        {
            try
            {
                await process.StandardInput.WriteLineAsync(question.AsMemory(), ct);
                return await AnswerAsync(process, ct);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>What the process says in the end; null if it ends without, or if a test takes longer than was said before it, however slow the
    /// machine is.</summary>
    private static async Task<string?> AnswerAsync(Process process, CancellationToken ct)
    {
        var patience = StartUp;
        while (true)
        {
            var line = await LineAsync(process, patience, ct);
            if (line?.Split(' ') is not ["at", var milliseconds])
            {
                return line;
            }

            patience = TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture));
        }
    }

    private static async Task<string?> LineAsync(Process process, TimeSpan patience, CancellationToken ct)
    {
        var reading = process.StandardOutput.ReadLineAsync(ct).AsTask();
        var enough = Used(process) + patience;
        while (true)
        {
            try
            {
                return await reading.WaitAsync(patience, ct);
            }
            catch (TimeoutException)
            {
                if (Used(process) >= enough || !IsRunning(process))
                {
                    return null;
                }
            }
        }
    }

    /// <summary>Processor time: what others take of the machine is not its fault.</summary>
    private static TimeSpan Used(Process process)
    {
        process.Refresh();
        return process.HasExited ? TimeSpan.MaxValue / 2 : process.TotalProcessorTime;
    }

    /// <summary>Whether it would go on if it were given a processor; else it waits for what never comes.</summary>
    private static bool IsRunning(Process process) =>
        process.Threads.Cast<ProcessThread>().Any(thread => thread.ThreadState is ThreadState.Running or ThreadState.Ready);

    private Process Start(string what, string folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            // A mutant that takes all memory must not get it.
            Environment = { ["DOTNET_GCHeapHardLimit"] = "0x60000000", ["DOTNET_TieredPGO"] = "0" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Rx.Vm.Tests.dll"), MutationWorker.Word, what, target.Name, folder },
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private void Note(int number, MutantFate fate, string by)
    {
        lock (_gate)
        {
            found(number, fate, by);
        }
    }
}
