using Rx.Vm.Qemu;

namespace Rx.Vm.Tests.Cli;

/// <summary>What goes wrong before there is a machine: one line that names the culprit, exit code 125, nothing left behind.</summary>
[Slow]
public class RunComplaintTests
{
    [Theory]
    [InlineData("this is not json", "not JSON")]
    [InlineData("""{"containers":[{"image":"busybox","command":["x"],"colour":1}]}""", "containers[0].colour: unknown field")]
    [InlineData("""{"containers":[{"image":"busybox","command":[]}]}""", "containers[0].command: the command is empty")]
    [InlineData("""{"containers":[{"image":"no-such-image","command":["x"]}]}""", "no-such-image")]
    [InlineData("""{"id":"a","id":"b","containers":[{"image":"busybox","command":["x"]}]}""", "id: is there twice (the second time in line 1)")]
    [InlineData("""{"resource":{"memory":64},"containers":[{"image":"busybox","command":["x"]}]}""", "resource.memory: 64 is not between 96 and")]
    [InlineData("""{"id":"../x","containers":[{"image":"busybox","command":["x"]}]}""", "'../x'")]
    [InlineData("""{"containers":[{"image":"busybox","command":["a\u0000b"]}]}""", "NUL")]
    [InlineData("""{"containers":[{"image":"b","command":["\u001b]0;owned\u0007"],"\u001b[2J":1}]}""", "unknown field")]
    public async Task A_wrong_spec(string json, string culprit)
    {
        using var spec = new SpecFile(json);

        Complains(await Rxvm.RunAsync("run", spec.Path), culprit);
    }

    [Fact]
    public async Task A_variable_that_the_kernel_does_not_take()
    {
        using var spec = new SpecFile(
            $$"""{"containers":[{"image":"busybox","command":["true"],"envs":[{"env":"x","value":"{{new string('y', 131_070)}}"}]}]}""");

        Complains(await Rxvm.RunAsync("run", spec.Path), "containers[0].envs[0].value: is longer than");
    }

    [Fact]
    public async Task A_machine_smaller_than_the_spec_asks_for()
    {
        using var spec = new SpecFile("""{"resource":{"memory":512},"containers":[{"image":"busybox","command":["true"]}]}""");

        Complains(
            await Rxvm.RunAsync("run", "--driver", "sim", "--memory", "128", spec.Path), "asks for 512 MiB of memory, the machine has 128");
    }

    // The file is found from where the program was started, and the complaint names it whole.
    [Fact]
    public async Task A_kernel_named_from_the_working_directory()
    {
        using var spec = SpecFile.Shell("true");

        Complains(
            await Rxvm.RunAsync("run", "--kernel", "no-such-kernel", "--initrd", "no-such-initrd", spec.Path),
            Path.GetFullPath("no-such-kernel"));
    }

    [Fact]
    public async Task A_missing_spec() => Complains(await Rxvm.RunAsync("run", "/no/such/spec.json"), "/no/such/spec.json");

    [Fact]
    public async Task A_missing_kernel()
    {
        using var spec = SpecFile.Shell("true");

        Complains(await Rxvm.RunAsync("run", "--kernel", "/no/such/kernel", "--initrd", "/no/such/initrd", spec.Path), "/no/such/kernel");
    }

    [Fact]
    public async Task No_hardware_where_isolation_is_required()
    {
        Assert.SkipWhen(AcceleratorProbe.Decide(Accelerator.Auto, AcceleratorProbe.Gather()).IsHardware, "this host has the hardware");
        using var spec = SpecFile.Shell("true");

        Complains(await Rxvm.RunAsync("run", "--require-isolation", spec.Path), "isolated by hardware");
    }

    // Of the runtime's own making these would be an abort and "type initializer threw".
    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(36)]
    [InlineData(64)]
    [InlineData(96)]
    public async Task Too_few_file_descriptors(int limit)
    {
        using var spec = SpecFile.Shell("true");
        using var run = Rxvm.Start(new RxvmStart { Through = ["sh", "-c", $"ulimit -n {limit}; exec \"$@\"", "sh"] }, "run", spec.Path);

        Complains(await run.EndAsync(), "ulimit -n");
    }

    [Fact]
    public async Task The_proc_of_another_pid_namespace()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root makes namespaces everywhere");
        using var spec = SpecFile.Shell("true");
        using var run = Rxvm.Start(new RxvmStart { Through = ["unshare", "--pid", "--fork"] }, "run", spec.Path);

        Complains(await run.EndAsync(), "/proc is not mounted, or shows the processes of another pid namespace");
    }

    [Fact]
    public async Task No_emulator()
    {
        using var spec = SpecFile.Shell("true");
        var dotnet = Path.GetDirectoryName(Environment.ProcessPath)!;
        using var run = Rxvm.Start(new RxvmStart { Environment = { ["PATH"] = dotnet } }, "run", spec.Path);

        Complains(await run.EndAsync(), "qemu-system-x86_64");
    }

    [Theory]
    [InlineData("/no/such/dir/events", "/no/such/dir/events")]
    [InlineData("/tmp", "--events /tmp: is a directory")]
    public async Task A_file_of_events_that_can_not_be_had(string path, string culprit)
    {
        using var spec = SpecFile.Shell("true");

        Complains(await Rxvm.RunAsync("run", "--driver", "sim", "--events", path, spec.Path), culprit);
    }

    private static void Complains(RxvmResult result, string culprit)
    {
        Assert.Equal(125, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Empty(result.Left);
        Assert.Contains(culprit, result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("rxvm: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain('\u001b', result.Error);
    }
}
