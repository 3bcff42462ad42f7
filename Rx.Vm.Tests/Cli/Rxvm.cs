using System.Diagnostics;

namespace Rx.Vm.Tests.Cli;

/// <summary>Runs <c>rxvm</c> as its user would: a process of its own, with arguments, streams and an exit code.</summary>
internal sealed class Rxvm : IDisposable
{
    // A runtime directory of its own shows what this run leaves behind, whatever else runs on the host.
    private readonly string _runtime;
    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly Task<string> _error;

    private Rxvm(Process process, string runtime)
    {
        _process = process;
        _runtime = runtime;
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static Rxvm Start(params string[] arguments) => Start(environment: null, arguments);

    public static Rxvm Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Start(environment, ["dotnet"], arguments);

    /// <summary>Behind another program, which becomes it or starts it.</summary>
    public static Rxvm Behind(string[] front, params string[] arguments) => Start(null, [.. front, "dotnet"], arguments);

    private static Rxvm Start(IReadOnlyDictionary<string, string>? environment, string[] front, string[] arguments)
    {
        var start = new ProcessStartInfo(front[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var word in front[1..])
        {
            start.ArgumentList.Add(word);
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "rxvm.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var runtime = Directory.CreateTempSubdirectory("rxvm-run-").FullName;
        start.Environment["XDG_RUNTIME_DIR"] = runtime;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new Rxvm(Process.Start(start)!, runtime);
    }

    public static async Task<RxvmResult> RunAsync(params string[] arguments)
    {
        using var run = Start(arguments);
        run.Input.Close();
        return await run.EndAsync();
    }

    /// <summary>Reads standard output until it holds <paramref name="text"/>.</summary>
    public async Task SayAsync(string text)
    {
        var buffer = new byte[4096];
        while (!System.Text.Encoding.UTF8.GetString(_output.GetBuffer(), 0, (int)_output.Length).Contains(text, StringComparison.Ordinal))
        {
            var count = await _process.StandardOutput.BaseStream.ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, count);
            _output.Write(buffer, 0, count);
        }
    }

    public async Task<RxvmResult> EndAsync()
    {
        await _process.StandardOutput.BaseStream.CopyToAsync(_output, TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var machines = Path.Combine(_runtime, "rxvm");
        string[] left = Directory.Exists(machines) ? Directory.GetFileSystemEntries(machines) : [];
        return new RxvmResult(_process.ExitCode, _output.ToArray(), await _error, left);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Directory.Delete(_runtime, recursive: true);
    }
}

internal sealed record RxvmResult(int ExitCode, byte[] Output, string Error, string[] Left)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Output);
}
