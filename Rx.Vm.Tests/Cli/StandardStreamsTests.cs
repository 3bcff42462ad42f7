using System.Diagnostics;

namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>What callers do to descriptors 0 to 2, and what <c>rxvm run</c> makes of it; simulated machines.</summary>
[Slow]
public class StandardStreamsTests
{
    private const int Limit = 60_000;

    [Theory(Timeout = Limit)]
    [InlineData("0<&-", "out\n", "err\n")]
    [InlineData("1>&-", "", "err\n")]
    [InlineData("2>&-", "out\n", "")]
    [InlineData("0<&- 1>&-", "", "err\n")]
    [InlineData("0<&- 2>&-", "out\n", "")]
    [InlineData("1>&- 2>&-", "", "")]
    [InlineData("0<&- 1>&- 2>&-", "", "")]
    public async Task Closed_descriptors_change_nothing_but_themselves(string redirections, string output, string error)
    {
        using var spec = SpecFile.Shell("echo out; echo err >&2; exit 3");

        var result = await Rxvm.RunAsync(RxvmStart.Redirected(redirections), "run", "--driver", "sim", spec.Path);

        Assert.Equal((3, output, error), (result.ExitCode, result.Text, result.Error));
        Assert.Empty(result.Left);
    }

    [Theory(Timeout = Limit)]
    [InlineData("0<&-", "it is closed")]
    [InlineData("0</", "Is a directory")]
    [InlineData("0>/dev/null", "it is closed")]
    public async Task Input_that_cannot_be_read_ends_with_one_line(string redirection, string why)
    {
        using var spec = SpecFile.Shell("cat; echo ended");

        var result = await Rxvm.RunAsync(RxvmStart.Redirected(redirection), "run", "-i", "--driver", "sim", spec.Path);

        Assert.Equal((0, "ended\n"), (result.ExitCode, result.Text));
        Assert.Equal($"rxvm: standard input can't be read: {why}\n", result.Error);
    }

    [Theory(Timeout = Limit)]
    [InlineData("run", "-i")]
    [InlineData("run", "-")]
    public async Task Input_from_a_non_blocking_pipe_arrives(string command, string what)
    {
        using var spec = SpecFile.Shell("cat; echo ended");
        using var pipe = NonBlockingPipe.Open();
        string[] rest = what == "-" ? ["-"] : ["-i", spec.Path];
        using var run = Rxvm.Start(RxvmStart.Redirected($"0<&{pipe.ReadEnd}"), [command, "--driver", "sim", .. rest]);

        // Late, so that the first look finds nothing.
        await Eventually.HoldsAsync(() => IsPolling(run.Pid, what));
        pipe.Write(what == "-" ? """{"containers":[{"image":"b","command":["echo","ended"]}]}"""u8 : "late\n"u8);
        pipe.CloseWriteEnd();

        var result = await run.EndAsync();
        Assert.Equal((0, what == "-" ? "ended\n" : "late\nended\n"), (result.ExitCode, result.Text));
    }

    [Theory(Timeout = Limit)]
    [InlineData("sleep 1000", "a container that writes nothing more")]
    [InlineData("cat", "one that goes on writing")]
    public async Task A_reader_of_standard_output_that_goes_away_ends_the_run(string next, string what)
    {
        using var spec = SpecFile.Shell($"echo first; {next}");
        using var run = Rxvm.Start("run", "-i", "--driver", "sim", spec.Path);
        await run.SayAsync("first\n");

        run.CloseOutput();
        if (next == "cat")
        {
            await run.Input.WriteAsync("more\n");
            await run.Input.FlushAsync(TestContext.Current.CancellationToken);
        }

        var result = await run.EndAsync();
        Assert.True(result is { ExitCode: 141, Error: "" }, $"{what}: {result}");
        Assert.Empty(result.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task A_reader_that_is_gone_from_the_start_ends_the_run()
    {
        using var spec = SpecFile.Shell("sleep 1000");
        using var run = Rxvm.Start("run", "--driver", "sim", spec.Path);

        run.CloseOutput();

        Assert.Equal(141, (await run.EndAsync()).ExitCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("run --driver sim SPEC")]
    [InlineData("--version")]
    [InlineData("run --help")]
    public async Task An_output_that_takes_nothing_is_told_in_one_line(string command)
    {
        using var spec = SpecFile.Shell("echo out");
        string[] words = [.. command.Split(' ').Select(word => word == "SPEC" ? spec.Path : word)];

        var result = await Rxvm.RunAsync(RxvmStart.Redirected("1>/dev/full"), words);

        Assert.Equal((125, "rxvm: standard output: No space left on device\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = Limit)]
    public async Task Several_runs_append_to_one_file()
    {
        using var spec = SpecFile.Shell("echo line");
        var file = spec.In("out");
        var rxvm = $"dotnet {Path.Combine(AppContext.BaseDirectory, "rxvm.dll")} run --driver sim {spec.Path}";
        using var both = Process.Start("sh", ["-c", $"{{ {rxvm}; {rxvm}; }} >{file}"]);

        await both.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("line\nline\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    public async Task An_events_file_on_a_full_device_is_told_in_one_line()
    {
        using var spec = SpecFile.Shell("echo out");

        var result = await Rxvm.RunAsync("run", "--driver", "sim", "--events", "/dev/full", spec.Path);

        Assert.Equal((0, "out\n"), (result.ExitCode, result.Text));
        Assert.Matches("^rxvm: --events /dev/full: No space left on device.*; states are missing\n$", result.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task Records_that_may_not_grow_are_told_in_one_line_each()
    {
        using var spec = SpecFile.Shell("echo out");

        // No file may be longer than 1024 bytes; the runtime's own memory files are spared.
        var limited = new RxvmStart
        {
            Through = ["bash", "-c", "ulimit -f 1; exec env --ignore-signal=XFSZ \"$@\"", "bash"],
            Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" },
        };
        var (events, journal) = (spec.In("events"), spec.In("journal"));

        var result = await Rxvm.RunAsync(limited, "run", "--driver", "sim", "--events", events, "--journal", journal, spec.Path);

        Assert.Equal((0, "out\n"), (result.ExitCode, result.Text));
        Assert.Matches($"^rxvm: --events {events}: [^\n]*; states are missing\nrxvm: --journal {journal}: [^\n]*; [0-9]+ events are missing\n$", result.Error);
    }

    // Reading the spec its first thread waits for one descriptor; a run has a thread for them all.
    private static bool IsPolling(int pid, string what) => Directory.GetDirectories($"/proc/{pid}/task")
        .Any(task => File.ReadAllText($"{task}/syscall").StartsWith("7 ", StringComparison.Ordinal)
            && File.ReadAllText($"{task}/syscall").Contains(what == "-" ? " 0x1 0xffffffff" : " 0x4 0xffffffff", StringComparison.Ordinal));
}
