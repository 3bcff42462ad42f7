using System.Collections.Immutable;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

/// <summary>The kernel's limits, counted in bytes as it counts them, at both ends: what the host takes the guest can start.</summary>
public class ProcessLimitsTests
{
    public static TheoryData<string, int> Letters => new() { { "y", 1 }, { "é", 2 }, { "漢", 3 }, { "🙂", 4 } };

    [Theory]
    [MemberData(nameof(Letters))]
    public void An_argument_may_have_131071_bytes(string letter, int size)
    {
        Assert.Null(Refused(c => c with { Command = ["x", Of(letter, size, 131_071)] }));
        Assert.Equal("containers[0].command[1]", Refused(c => c with { Command = ["x", Of(letter, size, 131_072)] }));
        Assert.Equal("containers[0].entrypoint[0]", Refused(c => c with { Entrypoint = [Of(letter, size, 131_072)] }));
    }

    [Theory]
    [MemberData(nameof(Letters))]
    public void A_variable_may_have_131071_bytes_with_its_name(string letter, int size)
    {
        Assert.Null(Refused(c => c with { Envs = [new("A", Of(letter, size, 131_069))] }));
        Assert.Equal("containers[0].envs[0].value", Refused(c => c with { Envs = [new("A", Of(letter, size, 131_070))] }));
        Assert.Null(Refused(c => c with { Envs = [new(Of(letter, size, 131_070), "")] }));
        Assert.Equal("containers[0].envs[0].env", Refused(c => c with { Envs = [new(Of(letter, size, 131_071), "")] }));
    }

    [Theory]
    [MemberData(nameof(Letters))]
    public void A_directory_may_have_4095_bytes(string letter, int size)
    {
        Assert.Null(Refused(c => c with { Workdir = "/" + Of(letter, size, 4094) }));
        Assert.Equal("containers[0].workdir", Refused(c => c with { Workdir = "/" + Of(letter, size, 4095) }));
    }

    // Quotes take six bytes each in JSON, and so does every UTF-16 unit beyond ASCII.
    [Theory]
    [InlineData('y', 7, true)]
    [InlineData('y', 8, false)]
    [InlineData('"', 1, true)]
    [InlineData('"', 2, false)]
    [InlineData('é', 2, true)]
    [InlineData('é', 3, false)]
    public void All_texts_together_fit_into_one_command(char letter, int count, bool fits)
    {
        // Each as long as one may be.
        var text = new string(letter, letter == 'é' ? 65_535 : 131_071);
        var field = Refused(c => c with { Command = ["x", .. Enumerable.Repeat(text, count)] });

        Assert.Equal(fits, field is null);
        Assert.True(fits || field == $"containers[0].command[{count}]", field);
    }

    [Fact]
    public void Every_container_adds_to_the_same_sum()
    {
        var text = new string('y', 100_000);
        var pod = new PodSpec { Containers = [.. Enumerable.Repeat(new ContainerSpec { Image = "b", Command = ["x", text] }, 11)] };

        Assert.Equal("containers[10].command[1]", Assert.Throws<PodSpecException>(pod.Validate).Field);
        (pod with { Containers = pod.Containers[1..] }).Validate();
    }

    [Fact]
    public void The_limit_of_a_command_is_the_frame_that_carries_it() =>
        Assert.Equal(WireLimits.ControlFrameToGuest - ControlFrame.HeaderSize, ProcessLimits.Command);

    // The field that is refused, or null. What is taken must pass init's own rules and fit.
    private static string? Refused(Func<ContainerSpec, ContainerSpec> change)
    {
        var pod = new PodSpec { Containers = [change(new ContainerSpec { Image = "b", Command = ["x"] })] };
        try
        {
            pod.Validate();
        }
        catch (PodSpecException e)
        {
            return e.Field;
        }

        SpecOnTheWire.Check(pod);
        return null;
    }

    // So many whole letters, and the rest in single bytes.
    private static string Of(string letter, int size, int bytes) =>
        string.Concat(Enumerable.Repeat(letter, bytes / size)) + new string('y', bytes % size);
}
