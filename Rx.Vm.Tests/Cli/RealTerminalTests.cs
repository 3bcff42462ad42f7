namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>Sessions at a terminal with a real machine, key by key, as transcripts.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RealTerminalTests
{
    private const int Limit = 300_000;

    [Fact(Timeout = Limit)]
    public async Task A_shell_completes_recalls_interrupts_edits_and_knows_its_size()
    {
        using var spec = SpecFile.Shell("cd /tmp; touch a-long-name; PS1='ready> ' exec sh -i", """, "tty":true""");
        using var run = RxvmTerminal.Start("run", "-i", spec.Path);
        await run.SeeAsync("ready> ");
        Assert.Equal(RxvmTerminal.Raw, run.Settings);

        // What is typed is shown once: by the shell's own line editor.
        run.Type("echo one$((1+1))\r");
        await run.SeeAsync("echo one$((1+1))\r\none2\r\nready> ");

        // Tab completes a file's name, arrow up brings the line again.
        run.Type("ls a-l\t\r");
        await run.SeeAsync("ls a-long-name");
        await run.SeeAsync("a-long-name\r\nready> ");
        run.Type("\u001b[A\r");
        await run.SeeAsync("ls a-long-name");
        await run.SeeAsync("a-long-name\r\nready> ");

        // Ctrl-C ends what runs in the container, and nothing else. The word comes from the process itself: then the terminal is already its own,
        // and the key can't reach a shell that is about to start it.
        run.Type("sh -c \"echo be''gun; exec sleep 1000\"\r");
        await run.SeeAsync("begun\r\n");
        run.Type("\u0003");
        await run.SeeAsync("ready> ");

        // A password isn't shown.
        run.Type("stty -echo; echo asked; read x; stty echo; echo \"got $x\"\r");
        await run.SeeAsync("asked\r\n");
        run.Type("sec" + "ret\r");
        await run.SeeAsync("got secret\r\n");

        // An editor takes the whole screen and every key.
        run.Type("vi text\r");
        await run.SeeAsync("~");
        run.Type("ihello");
        await run.SeeAsync("hello");
        run.Type("\u001b");
        await run.SeeAsync("- text");
        run.Type(":wq\r");
        await run.SeeAsync("ready> ");
        run.Type("cat text\r");
        await run.SeeAsync("cat text\r\nhello\r\nready> ");

        // The size of the window is the container's, also after it changed.
        run.Type("stty size\r");
        await run.SeeAsync("24 80\r\n");
        run.Type("sh -c \"trap 'stty size' WINCH; echo be''gun; while :; do sleep 1; done\"\r");
        await run.SeeAsync("begun\r\n");
        run.Resize(40, 120);
        await run.SeeAsync("40 120\r\n");

        // Stopped and continued it has the terminal again, and draws anew: the size changes twice for that.
        run.Signal("TSTP");
        await run.StoppedAsync();
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        run.Signal("CONT");
        await run.SetAsync(RxvmTerminal.Raw);
        await run.SeeAsync("40 120\r\n");
        run.Type("\u0003");
        await run.SeeAsync("ready> ");

        run.Type("exit 7\r");
        var end = await run.EndAsync();
        Assert.Equal(7, end.ExitCode);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        Assert.Equal(2, end.Text.Split("secret").Length);
        Assert.Empty(end.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task Ctrl_C_before_the_pod_runs_ends_the_run()
    {
        using var spec = SpecFile.Shell("echo never", """, "tty":true""");
        using var run = RxvmTerminal.Start("run", "-i", spec.Path);
        await run.SeeAsync("booting the machine");

        run.Type("\u0003");

        var end = await run.EndAsync();
        Assert.Equal(130, end.ExitCode);
        Assert.DoesNotContain("never", end.Text, StringComparison.Ordinal);
        Assert.EndsWith("\r\u001b[K", end.Text, StringComparison.Ordinal);
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        Assert.Empty(end.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task Who_waits_for_a_machine_that_hangs_is_told_and_gets_the_keys_back()
    {
        using var spec = SpecFile.Shell("echo GO; cat", """, "tty":true""");
        using var run = RxvmTerminal.Start("run", "-i", spec.Path);
        await run.SeeAsync("GO");

        foreach (var emulator in Rxvm.ChildrenOf(run.Pid))
        {
            Rxvm.Signal(emulator, "STOP");
        }

        run.Signal("TERM");
        await run.SeeAsync("rxvm: still stopping the pod after 3 s (at most 30 s; Ctrl-C or a signal kills the machine now)");
        Assert.Equal(RxvmTerminal.Cooked, run.Settings);
        run.Type("\u0003");

        var end = await run.EndAsync();
        Assert.Equal(143, end.ExitCode);
        Assert.Empty(end.Left);
    }

    [Fact(Timeout = Limit)]
    public async Task A_reader_that_takes_one_line_ends_a_container_that_writes_for_ever()
    {
        using var spec = SpecFile.Shell("while :; do echo line; sleep 0.1; done");
        using var run = Rxvm.Start("run", spec.Path);
        await run.SayAsync("line\n");

        run.CloseOutput();

        var end = await run.EndAsync();
        Assert.True(end is { ExitCode: 141, Error: "" }, end.ToString());
        Assert.Empty(end.Left);
    }
}
