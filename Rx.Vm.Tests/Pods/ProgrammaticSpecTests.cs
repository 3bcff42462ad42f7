using System.Collections.Immutable;
using Rx.Vm.Pods;

namespace Rx.Vm.Tests.Pods;

/// <summary>Specs made by code may hold what no JSON can say: null, default, halves of characters, and more than fits anywhere.</summary>
public class ProgrammaticSpecTests
{
    private const int Lives = 4000;

    private static readonly ContainerSpec Good = new()
    {
        Name = "web", Image = "busybox", Entrypoint = ["sh"], Command = ["-c", "true"], Envs = [new("A", "b")],
        User = new("root", "root", ["tty"]),
    };

    // By name, since these values are no constants.
    public static TheoryData<string, string> Holes => new()
    {
        { "containers default", "containers" },
        { "containers null", "containers[1]" },
        { "resources", "resource" },
        { "labels", "labels" },
        { "label", "labels.'a'" },
        { "image", "containers[0].image" },
        { "entrypoint default", "containers[0].entrypoint" },
        { "entrypoint null", "containers[0].entrypoint[0]" },
        { "command default", "containers[0].command" },
        { "command null", "containers[0].command[1]" },
        { "workdir", "containers[0].workdir" },
        { "envs default", "containers[0].envs" },
        { "envs null", "containers[0].envs[0]" },
        { "env", "containers[0].envs[0].env" },
        { "value", "containers[0].envs[0].value" },
        { "user", "containers[0].user.name" },
        { "groups default", "containers[0].user.additionalGroups" },
        { "groups null", "containers[0].user.additionalGroups[0]" },
        { "half a character", "containers[0].command[0]" },
    };

    [Theory]
    [MemberData(nameof(Holes))]
    public void Null_and_default_are_refused_by_name(string hole, string field) =>
        Assert.Equal(field, Assert.Throws<PodSpecException>(With(hole).Validate).Field);

    [Theory]
    [InlineData("exec.container", "a b")]
    [InlineData("exec.command", "default")]
    [InlineData("exec.command[1]", "null")]
    [InlineData("exec.workdir", "srv")]
    [InlineData("exec.envs", "default envs")]
    [InlineData("exec.user", "a:b")]
    public void A_further_process_is_judged_alike(string field, string value)
    {
        ImmutableArray<string> command = value switch { "default" => default, "null" => ["x", null!], _ => ["x"] };
        var options = value switch
        {
            "srv" => new ExecOptions { Workdir = value },
            "default envs" => new ExecOptions { Envs = default },
            "a:b" => new ExecOptions { User = value },
            _ => new ExecOptions(),
        };

        var e = Assert.Throws<PodSpecException>(() => ProcessRules.CheckExec(value == "a b" ? value : "web", command, options));
        Assert.Equal(field, e.Field);
    }

    [Fact]
    public void A_text_of_any_length_is_refused_without_being_copied()
    {
        var text = new string('x', 64 << 20);
        var pod = new PodSpec { Containers = [Good with { Image = text }] };
        Assert.Throws<PodSpecException>(pod.Validate);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<PodSpecException>(pod.Validate);
        Assert.Throws<PodSpecException>((pod with { Id = text }).Validate);
        Assert.Throws<PodSpecException>((pod with { Hostname = text }).Validate);
        Assert.Throws<PodSpecException>((pod with { Labels = pod.Labels.Add(text, "x") }).Validate);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>Whatever is put into a spec, it is refused by the one exception, or it is one that the guest takes as it is.</summary>
    [Fact]
    public void A_spec_is_taken_whole_or_refused_by_name()
    {
        var (taken, refused) = (0, 0);
        for (var seed = 1; seed <= Lives; seed++)
        {
            var pod = new HostileSpec(seed).Make();
            try
            {
                pod.Validate();
            }
            catch (PodSpecException e)
            {
                Assert.NotEqual("", e.Field);
                Assert.DoesNotContain(e.Message, char.IsControl);
                Assert.InRange(e.Message.Length, 1, 1000);
                refused++;
                continue;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }

            try
            {
                SpecOnTheWire.Check(pod);
                taken++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed} was taken", e);
            }
        }

        // Otherwise it proves nothing.
        Assert.True(taken > Lives / 10 && refused > Lives / 4, $"{taken} taken, {refused} refused");
    }

    private static PodSpec With(string hole)
    {
        var pod = new PodSpec { Containers = [Good] };
        PodSpec In(ContainerSpec container) => pod with { Containers = [container] };
        return hole switch
        {
            "containers default" => pod with { Containers = default },
            "containers null" => pod with { Containers = [Good, null!] },
            "resources" => pod with { Resources = null! },
            "labels" => pod with { Labels = null! },
            "label" => pod with { Labels = pod.Labels.Add("a", null!) },
            "image" => In(Good with { Image = null! }),
            "entrypoint default" => In(Good with { Entrypoint = default }),
            "entrypoint null" => In(Good with { Entrypoint = [null!] }),
            "command default" => In(Good with { Command = default }),
            "command null" => In(Good with { Command = ["x", null!] }),
            "workdir" => In(Good with { Workdir = null! }),
            "envs default" => In(Good with { Envs = default }),
            "envs null" => In(Good with { Envs = [null!] }),
            "env" => In(Good with { Envs = [new(null!, "x")] }),
            "value" => In(Good with { Envs = [new("A", null!)] }),
            "user" => In(Good with { User = new(null!, null, []) }),
            "groups default" => In(Good with { User = new("root", null, default) }),
            "groups null" => In(Good with { User = new("root", null, [null!]) }),
            "half a character" => In(Good with { Command = ["\ud83d"] }),
            _ => throw new ArgumentException(hole),
        };
    }
}
