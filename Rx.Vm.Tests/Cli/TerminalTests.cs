namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary><c>rxvm run -i</c> at a terminal, with a simulated machine: whose the keys are, and what the terminal is like afterwards.</summary>
[Slow]
public class TerminalTests
{
    private const int Limit = 60_000;

    [Fact(Timeout = Limit)]
    public async Task Every_byte_goes_to_the_container_as_it_was_typed_and_only_the_container_echoes()
    {
        using var spec = Talkative();
        using var run = Start(spec);
        await run.SeeAsync("GO\r\n");

        Assert.Equal(RxvmTerminal.Raw, run.Settings);
        run.Type("\u00ff\0\u00c3\u00a9\u001b[\t\u007f\u001a\u001c\u0011");

        // Once as the echo of the container's terminal, once as what its program read and wrote.
        await run.SeeAsync("\u00ff\0\u00c3\u00a9\u001b[\t\u007f\u001a\u001c\u0011\u00ff\0\u00c3\u00a9\u001b[\t\u007f\u001a\u001c\u0011");
        run.Type("\u0004");
        var end = await run.EndAsync();
        Assert.Equal(0, end.ExitCode);
        Assert.Equal(2, end.Output.Count(b => b == 0xff));
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
    }

    [Fact(Timeout = Limit)]
    public async Task Ctrl_C_interrupts_the_container_and_not_the_run()
    {
        using var spec = Spec("echo GO; sleep 1000; echo went on");
        using var run = Start(spec);
        await run.SeeAsync("GO\r\n");

        run.Type("\u0003");

        Assert.Equal(130, (await run.EndAsync()).ExitCode);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
    }

    [Theory(Timeout = Limit)]
    [InlineData("HUP", 1)]
    [InlineData("INT", 2)]
    [InlineData("QUIT", 3)]
    [InlineData("USR1", 10)]
    [InlineData("ALRM", 14)]
    [InlineData("TERM", 15)]
    public async Task A_signal_that_ends_the_run_leaves_the_terminal_as_it_was(string signal, int number)
    {
        using var spec = Talkative();
        using var run = Start(spec);
        await run.SeeAsync("GO\r\n");

        run.Signal(signal);

        var end = await run.EndAsync();
        Assert.Equal(128 + number, end.ExitCode);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        Assert.Empty(end.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task A_stopped_run_gives_the_terminal_back_and_takes_it_again()
    {
        using var spec = Talkative();
        using var run = Start(spec);
        await run.SeeAsync("GO\r\n");

        for (var turn = 0; turn < 3; turn++)
        {
            run.Signal("TSTP");
            await run.StoppedAsync();
            Assert.Equal(RxvmTerminal.Cooked, run.Settings);
            run.Signal("CONT");
            await run.SetAsync(RxvmTerminal.Raw);
        }

        run.Type("on");
        await run.SeeAsync("onon");
        run.Signal("TERM");
        Assert.Equal(143, (await run.EndAsync()).ExitCode);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
    }

    [Fact(Timeout = Limit)]
    public async Task A_container_without_a_terminal_leaves_lines_and_keys_to_the_hosts()
    {
        using var spec = new SpecFile("""{"containers":[{"image":"b","command":["cat"]}]}""");
        using var run = Start(spec);

        run.Type("line\n");
        await run.SeeAsync("line\r\n");
        await run.SeeAsync("line\r\n");
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        run.Type("\u0003");

        Assert.Equal(130, (await run.EndAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_terminal_that_goes_away_ends_the_run()
    {
        using var spec = Talkative();
        using var run = Start(spec);
        await run.SeeAsync("GO\r\n");

        run.HangUp();

        Assert.Contains((await run.EndAsync()).ExitCode, new[] { 129, 141 });
    }

    [Fact(Timeout = Limit)]
    public async Task A_complaint_over_a_raw_terminal_begins_at_the_left()
    {
        using var spec = Talkative();
        using var run = RxvmTerminal.Start("run", "-i", "--driver", "sim", "--verbose", spec.Path);
        await run.SeeAsync("GO\r\n");

        run.Signal("TERM");

        var end = await run.EndAsync();
        Assert.DoesNotContain("\n", end.Text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_complaint_does_not_begin_behind_what_the_container_left_on_the_line()
    {
        using var spec = Spec("echo -n prompt");
        using var run = RxvmTerminal.Start("run", "-i", "--driver", "sim", "--events", "/dev/full", spec.Path);

        await run.SeeAsync("prompt\r\nrxvm: --events /dev/full: ");

        Assert.Equal(0, (await run.EndAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Help_on_a_terminal_sends_no_escapes_and_leaves_it_as_it_was()
    {
        using var run = RxvmTerminal.Start("run", "--help");

        var end = await run.EndAsync();

        Assert.Equal(0, end.ExitCode);
        Assert.Contains("Exit codes:", end.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', end.Text);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
    }

    private static RxvmTerminal Start(SpecFile spec) => RxvmTerminal.Start("run", "-i", "--driver", "sim", spec.Path);

    private static SpecFile Talkative() => Spec("echo GO; cat");

    private static SpecFile Spec(string script) => SpecFile.Shell(script, """, "tty":true""");
}
