using System.Security.Cryptography;
using System.Text.Json;

namespace Rx.Vm.Tests.Cli;

/// <summary><c>rxvm run</c> against real machines.</summary>
[Slow]
[Collection("RealVm")]
[Trait("Category", "RealVm")]
public class RunCommandTests
{
    [Fact]
    public async Task The_containers_line_is_all_there_is_on_stdout()
    {
        using var spec = SpecFile.Shell("echo hello; echo trouble >&2");

        var result = await Rxvm.RunAsync("run", "--events", spec.In("events"), spec.Path);

        Assert.Equal((0, "hello\n", "trouble\n"), (result.ExitCode, result.Text, result.Error));
        Assert.Equal(
            ["Preparing", "Booting", "Starting", "Running", "Terminating", "Destroying", "Gone"],
            Phases(spec.In("events")).Where((phase, i) => i == 0 || phase != Phases(spec.In("events"))[i - 1]));
        Assert.Empty(result.Left);
    }

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("no-such-command-at-all", 127)]
    public async Task The_exit_code_is_the_pods(string script, int code)
    {
        using var spec = SpecFile.Shell(script);

        var result = await Rxvm.RunAsync("run", spec.Path);

        Assert.Equal(code, result.ExitCode);
        Assert.Empty(result.Left);
    }

    [Fact]
    public async Task Eight_mebibytes_arrive_complete_and_in_order()
    {
        using var spec = SpecFile.Shell(
            "dd if=/dev/urandom of=/tmp/x bs=1M count=8 2>/dev/null; sha256sum /tmp/x | cut -c1-64 >&2; cat /tmp/x");

        var result = await Rxvm.RunAsync("run", spec.Path);

        Assert.Equal(8 << 20, result.Output.Length);
        Assert.Equal(result.Error.Trim(), Convert.ToHexStringLower(SHA256.HashData(result.Output)));
    }

    [Fact]
    public async Task Standard_input_reaches_the_container_and_ends()
    {
        using var spec = SpecFile.Shell("cat; echo ended");
        using var run = Rxvm.Start("run", "-i", spec.Path);

        await run.Input.WriteAsync("one\ntwo\n");
        run.Input.Close();

        var result = await run.EndAsync();
        Assert.Equal((0, "one\ntwo\nended\n"), (result.ExitCode, result.Text));
    }

    [Fact]
    public async Task Without_the_option_a_reading_container_sees_the_end_at_once()
    {
        using var spec = SpecFile.Shell("cat; echo ended");

        var result = await Rxvm.RunAsync("run", spec.Path);

        Assert.Equal((0, "ended\n"), (result.ExitCode, result.Text));
    }

    [Fact]
    public async Task A_killed_emulator_ends_the_run_with_its_cause()
    {
        using var spec = SpecFile.Shell("echo ready; read line");
        using var run = Rxvm.Start("run", "-i", "--events", spec.In("events"), spec.Path);
        await run.SayAsync("ready\n");

        foreach (var emulator in Rxvm.ChildrenOf(run.Pid))
        {
            Rxvm.Signal(emulator, "KILL");
        }

        var result = await run.EndAsync();
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("signal 9", result.Error, StringComparison.Ordinal);
        Assert.Equal(["Destroying", "Gone"], Phases(spec.In("events")).Distinct().TakeLast(2));
        Assert.Empty(result.Left);
    }

    [Fact]
    public async Task A_signal_stops_the_pod_in_order()
    {
        using var spec = SpecFile.Shell("trap 'echo stopping; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        using var run = Rxvm.Start("run", "--events", spec.In("events"), spec.Path);
        await run.SayAsync("ready\n");

        run.Signal("INT");

        var result = await run.EndAsync();
        Assert.Contains("Stopping", Phases(spec.In("events")));
        Assert.Equal("ready\nstopping\n", result.Text);
        Assert.Equal(7, result.ExitCode);
        Assert.Empty(result.Left);
    }

    [Fact]
    public async Task A_run_over_its_time_is_stopped_in_order_and_ends_with_124()
    {
        using var spec = SpecFile.Shell("trap 'echo stopping; exit 7' TERM; echo ready; while :; do sleep 0.1; done");

        var result = await Rxvm.RunAsync("run", "--timeout", "15", spec.Path);

        Assert.Equal((124, "ready\nstopping\n"), (result.ExitCode, result.Text));
        Assert.Empty(result.Left);
    }

    private static string[] Phases(string events) =>
        [.. File.ReadAllLines(events).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("phase").GetString()!)];
}
