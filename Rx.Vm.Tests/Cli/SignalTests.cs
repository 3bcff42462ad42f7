using Rx.Vm.Cli.Running;

namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>Signals to <c>rxvm run</c>, with a simulated machine and no terminal.</summary>
[Slow]
public class SignalTests
{
    private const int Limit = 60_000;

    // All that end a process and can be caught, but for those that a fault or a broken pipe sends; of the real-time ones two.
    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    [InlineData(27)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(31)]
    [InlineData(35)]
    [InlineData(64)]
    public async Task A_run_ended_by_a_signal_says_so_in_its_exit_code(int number)
    {
        using var spec = SpecFile.Shell("echo ready; sleep 1000");
        using var run = Rxvm.Start("run", "--driver", "sim", spec.Path);
        await run.SayAsync("ready\n");

        run.Signal($"{number}");

        var result = await run.EndAsync();
        Assert.Equal((128 + number, ""), (result.ExitCode, result.Error));
        Assert.Empty(result.Left);
    }

    [Theory(Timeout = Limit)]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task A_signal_that_was_ignored_at_the_start_stays_ignored_and_others_end_the_run(string ignored)
    {
        using var spec = SpecFile.Shell("echo ready; cat");
        using var run = Rxvm.Start(new RxvmStart { Through = ["env", $"--ignore-signal={ignored}"] }, "run", "-i", "--driver", "sim", spec.Path);
        await run.SayAsync("ready\n");

        run.Signal(ignored);
        await run.Input.WriteAsync("still\n");
        await run.Input.FlushAsync(TestContext.Current.CancellationToken);
        await run.SayAsync("still\n");
        run.Signal("TERM");

        Assert.Equal(143, (await run.EndAsync()).ExitCode);
    }

    // 100 KiB of output are more than the pipe holds; so is, in time, the log.
    [Theory(Timeout = Limit)]
    [InlineData]
    [InlineData("--verbose")]
    public async Task A_full_pipe_for_output_and_complaints_does_not_hold_a_run_that_signals_end(params string[] options)
    {
        using var spec = SpecFile.Shell($"echo ready; echo {new string('x', 120_000)}; sleep 1000");
        using var run = Rxvm.Start(RxvmStart.Redirected("2>&1"), ["run", "--driver", "sim", .. options, spec.Path]);
        await run.SayAsync("ready\nxxx");

        run.Signal("TERM");
        run.Signal("TERM");

        await run.EndedUnreadAsync();
        Assert.Equal(143, (await run.EndAsync()).ExitCode);
    }

    [Fact]
    public void What_comes_after_the_pod_has_ended_did_not_end_the_run()
    {
        using var stops = new StopRequests();
        stops.Decided();

        stops.TimeOut();
        stops.OutputFailed(1, 32);

        Assert.Equal((false, 0, 0), (stops.IsTimedOut, stops.OutputFault, stops.Signal));
        Assert.True(stops.Requested.IsCompleted);
        Assert.False(stops.Insisted.IsCompleted);
    }

    [Fact(Timeout = Limit)]
    public async Task A_time_limit_is_told_as_the_runs_own()
    {
        using var spec = SpecFile.Shell("sleep 1000");

        var result = await Rxvm.RunAsync("run", "--driver", "sim", "--timeout", "0.2", spec.Path);

        Assert.Equal((124, "rxvm: the run was stopped after 0.2 s (--timeout)\n"), (result.ExitCode, result.Error));
    }
}
