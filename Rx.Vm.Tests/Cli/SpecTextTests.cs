using System.Text;

namespace Rx.Vm.Tests.Cli;

#pragma warning disable xUnit1069 // What the tests await watches the token.

/// <summary>Where specs come from, and what is no spec before a word of it is looked at.</summary>
[Slow]
public class SpecTextTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("/dev/zero", "is longer than 1048576 bytes")]
    [InlineData("/tmp", "is a directory")]
    [InlineData("/no/such/spec", "/no/such/spec")]
    public async Task What_is_no_spec_is_refused_at_once(string path, string why)
    {
        var result = await Rxvm.RunAsync("run", "--driver", "sim", path);

        Assert.Equal(125, result.ExitCode);
        Assert.StartsWith($"rxvm: {path}: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_endless_standard_input_is_refused_at_the_same_length()
    {
        var result = await Rxvm.RunAsync(RxvmStart.Redirected("0</dev/zero"), "run", "--driver", "sim", "-");

        Assert.Equal((125, "rxvm: standard input: is longer than 1048576 bytes, the most a spec may have\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bytes_that_are_no_UTF_8_are_refused_and_their_place_is_told()
    {
        using var spec = new SpecFile("");
        File.WriteAllBytes(spec.Path, [.. "{\"id\":\""u8, 0xe9, .. "\"}"u8]);

        var result = await Rxvm.RunAsync("run", "--driver", "sim", spec.Path);

        Assert.Equal((125, "rxvm: pod spec: is not UTF-8 (line 1)\n"), (result.ExitCode, result.Error));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_byte_order_mark_is_passed_over()
    {
        using var spec = new SpecFile("""{"containers":[{"image":"b","command":["true"]}]}""");
        File.WriteAllText(spec.Path, File.ReadAllText(spec.Path), Encoding.UTF8);

        Assert.Equal(0, (await Rxvm.RunAsync("run", "--driver", "sim", spec.Path)).ExitCode);
    }
}
