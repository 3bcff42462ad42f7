namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>What <c>rxvm</c> says to words it can't use, and that what it says is only ever text.</summary>
[Slow]
public class UsageTests
{
    private const string Escape = "./\u001b]0;owned\u0007\u001b[2J\u202e";

    [Theory(Timeout = 60_000)]
    [InlineData(1, "there is no 'nosuch'; there are: run,", "nosuch")]
    [InlineData(1, "which command? There are: run,")]
    [InlineData(1, "there is no 'frob'; there are: import,", "image", "frob")]
    [InlineData(125, "there is no option '--bogus'", "run", "--bogus", "spec.json")]
    [InlineData(125, "Required argument 'spec' missing", "run")]
    [InlineData(125, "there is no option '--bogus'", "replay", "--bogus", "run.rxj")]
    [InlineData(125, "--bogus", "doctor", "--bogus")]
    [InlineData(125, "--bogus", "gc", "--bogus")]
    [InlineData(125, "--driver nosuch: must be Qemu or Sim", "run", "--driver", "nosuch", "spec.json")]
    [InlineData(125, "--when-host-dies 5: must be Kill or Keep", "run", "--when-host-dies", "5", "spec.json")]
    [InlineData(125, "--memory 7: must be a whole number", "run", "--memory", "7", "spec.json")]
    [InlineData(125, "--timeout soon: must be seconds", "run", "--timeout", "soon", "spec.json")]
    [InlineData(1, "<path> '': a path is needed", "image", "import", "x", "")]
    [InlineData(1, "--init '': a path is needed", "setup", "--init", "")]
    public async Task A_wrong_word_is_told_first_and_where_to_read_more_last(int code, string culprit, params string[] words)
    {
        var result = await Rxvm.RunAsync(words);

        Assert.Equal((code, ""), (result.ExitCode, result.Text));
        var lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains(culprit, lines[0], StringComparison.Ordinal);
        Assert.EndsWith("--help' tells more", lines[1], StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/no/such/folder", "setup", "--init", "/bin/true")]
    public async Task What_the_file_system_refuses_is_one_line_and_no_fault_of_the_program(string culprit, params string[] words)
    {
        var result = await Rxvm.RunAsync(new RxvmStart { Environment = { ["TMPDIR"] = "/no/such/folder" } }, words);

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Contains(culprit, Assert.Single(result.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_help_of_run_has_every_exit_code_and_an_example_that_runs()
    {
        var help = (await Rxvm.RunAsync("run", "--help")).Text;
        Assert.All(["124", "125", "126 and 127", "141", "128+n"], code => Assert.Contains(code, help, StringComparison.Ordinal));
        var spec = help.Split("echo '")[1].Split("' | rxvm run -")[0];

        using var run = Rxvm.Start("run", "--driver", "sim", "-");
        await run.Input.WriteAsync(spec);
        run.Input.Close();

        Assert.Equal("hello\n", (await run.EndAsync()).Text);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("ESCAPE")]
    [InlineData("image", "ESCAPE")]
    [InlineData("run", "ESCAPE")]
    [InlineData("run", "--timeout", "ESCAPE", "x")]
    [InlineData("run", "--events", "/no/such/ESCAPE", "SPEC")]
    [InlineData("run", "--driver", "ESCAPE", "x")]
    [InlineData("replay", "ESCAPE")]
    [InlineData("image", "import", "x", "ESCAPE")]
    [InlineData("image", "import", "ESCAPE", "/")]
    [InlineData("image", "resolve", "ESCAPE")]
    [InlineData("setup", "--init", "ESCAPE", "--kernel-dir", "ESCAPE")]
    public async Task Nothing_that_is_written_steers_a_terminal(params string[] words)
    {
        using var spec = SpecFile.Shell("true");
        string[] arguments = [.. words.Select(w => w == "SPEC" ? spec.Path : w.Replace("ESCAPE", Escape, StringComparison.Ordinal))];

        var result = await Rxvm.RunAsync(arguments);

        Assert.Contains("owned", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Error + result.Text, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
    }

    [Fact(Timeout = 60_000)]
    public async Task The_verbose_log_tells_each_change_once()
    {
        using var spec = SpecFile.Shell("true");

        var lines = (await Rxvm.RunAsync("run", "--driver", "sim", "--verbose", spec.Path)).Error.Split('\n');

        Assert.All(lines.SkipLast(1), line => Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} [A-Z]{3} ", line));
        Assert.All(["Starting", "Running", "Gone"], phase => Assert.Single(lines, line => line.Contains($"it {phase} ", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_home_that_does_not_exist_yet_is_made_and_used()
    {
        using var spec = SpecFile.Shell("true");
        var start = new RxvmStart { Environment = { ["HOME"] = spec.In("home"), ["XDG_CACHE_HOME"] = "" } };

        var result = await Rxvm.RunAsync(start, "image", "ls");

        Assert.Equal((0, "", ""), (result.ExitCode, result.Text, result.Error));
        Assert.True(Directory.Exists(spec.In("home/.cache/rxruntime/blobs")));
    }
}
