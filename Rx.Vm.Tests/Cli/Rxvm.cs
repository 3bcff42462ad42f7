using System.Diagnostics;
using System.Globalization;

namespace Rx.Vm.Tests.Cli;

/// <summary>Runs <c>rxvm</c> as its user would: a process of its own, with arguments, streams and an exit code.</summary>
internal sealed class Rxvm : IDisposable
{
    // A runtime directory of its own shows what this run leaves behind, whatever else runs on the host.
    private readonly string _runtime;
    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly Task<string> _error;
    private bool _isClosed;

    private Rxvm(Process process, string runtime)
    {
        _process = process;
        _runtime = runtime;
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static Rxvm Start(params string[] arguments) => Start(new RxvmStart(), arguments);

    /// <summary>Starts it, with every signal as a shell leaves it to the command in front.</summary>
    public static Rxvm Start(RxvmStart how, params string[] arguments)
    {
        string[] words =
        [
            "env", "--default-signal", .. how.Through, "dotnet", Path.Combine(AppContext.BaseDirectory, "rxvm.dll"), .. arguments,
        ];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var runtime = Directory.CreateTempSubdirectory("rxvm-run-").FullName;
        start.Environment["XDG_RUNTIME_DIR"] = runtime;
        foreach (var (name, value) in how.Environment)
        {
            start.Environment[name] = value;
        }

        return new Rxvm(Process.Start(start)!, runtime);
    }

    public static Task<RxvmResult> RunAsync(params string[] arguments) => RunAsync(new RxvmStart(), arguments);

    public static async Task<RxvmResult> RunAsync(RxvmStart how, params string[] arguments)
    {
        using var run = Start(how, arguments);
        run.Input.Close();
        return await run.EndAsync();
    }

    /// <summary>Sends a signal by its name or number.</summary>
    public void Signal(string name) => Signal(Pid, name);

    public static void Signal(int pid, string name)
    {
        // The shell's own: a bare Debian has no program of that name.
        using var kill = Process.Start("sh", ["-c", "kill \"-$1\" \"$2\"", "sh", name, $"{pid}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public static IEnumerable<int> ChildrenOf(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(text => int.Parse(text, CultureInfo.InvariantCulture));

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

    /// <summary>Nobody reads standard output any more.</summary>
    public void CloseOutput()
    {
        _isClosed = true;
        _process.StandardOutput.BaseStream.Dispose();
    }

    /// <summary>Waits for its end without reading what it wrote.</summary>
    public Task EndedUnreadAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    public async Task<RxvmResult> EndAsync()
    {
        if (!_isClosed)
        {
            await _process.StandardOutput.BaseStream.CopyToAsync(_output, TestContext.Current.CancellationToken);
        }

        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var machines = Path.Combine(_runtime, "rxvm");
        var left = Directory.Exists(machines) ? Directory.GetFileSystemEntries(machines) : [];
        return new RxvmResult(_process.ExitCode, _output.ToArray(), WithoutWaits(await _error), left);
    }

    // That a machine takes long to boot is told on a busy host, and is not what these tests are about.
    private static string WithoutWaits(string error) => string.Join(
        '\n', error.Split('\n').Where(line => !line.StartsWith("rxvm: still ", StringComparison.Ordinal)));

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

/// <summary>How to start it.</summary>
internal sealed class RxvmStart
{
    /// <summary>Words before the program's own, such as a shell that redirects and then becomes it.</summary>
    public string[] Through { get; init; } = [];

    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Through a shell with these redirections.</summary>
    public static RxvmStart Redirected(string redirections) => new() { Through = ["bash", "-c", $"exec \"$@\" {redirections}", "sh"] };
}

internal sealed record RxvmResult(int ExitCode, byte[] Output, string Error, string[] Left)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Output);
}
