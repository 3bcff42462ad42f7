using System.Text;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Dialects;

/// <summary>What is said to a hyperstart of either era, to the letter of docs/hyperstart.md; the files were written by hand.</summary>
public class HyperPayloadTests
{
    private static readonly PodPayload Pod = new()
    {
        Hostname = "pod-name",
        Containers =
        [
            new()
            {
                Id = "web", Rootfs = "rootfs", Image = "0", Tty = 1, Cmd = ["/bin/sh", "-c", "echo hi"], Envs = [new("A", "b")],
            },
            new() { Id = "log", Rootfs = "rootfs", Image = "1", Tty = 2, Stderr = 3, Terminal = false, Workdir = "/var", Cmd = ["logger"] },
        ],
    };

    [Fact]
    public void A_pod_of_2015_has_its_containers_in_STARTPOD()
    {
        var pod = Pod with { Containers = [Pod.Containers[0]] };
        Assert.Equal([(GuestCode.StartPod, Golden("hyper2015-startpod"))], Texts([.. new Hyper2015Dialect().StartPod(pod)]));
    }

    [Fact]
    public void A_process_of_2015_is_named_by_its_session()
    {
        var dialect = new Hyper2015Dialect();
        Assert.Equal(
            [(GuestCode.ExecCmd, Golden("hyper2015-execcmd")), (GuestCode.WinSize, Golden("hyper2015-winsize"))],
            Texts(dialect.Exec(new() { Container = "web", Seq = 5, Cmd = ["ls", "-l"] }), dialect.WindowSize(5, 24, 80)));
    }

    [Fact]
    public void A_pod_of_2018_is_an_empty_one_and_a_NEWCONTAINER_for_each() => Assert.Equal(
        [
            (GuestCode.StartPod, Golden("hyper2018-startpod")), (GuestCode.NewContainer, Golden("hyper2018-newcontainer")),
            (GuestCode.NewContainer, Golden("hyper2018-newcontainer-pipes")),
        ],
        Texts([.. new Hyper2018Dialect().StartPod(Pod)]));

    [Fact]
    public void A_process_of_2018_is_named_by_its_container_and_an_id()
    {
        var dialect = new Hyper2018Dialect();
        dialect.StartPod(Pod);
        Assert.Equal(
            [
                (GuestCode.ExecCmd, Golden("hyper2018-execcmd")), (GuestCode.WinSize, Golden("hyper2018-winsize-exec")),
                (GuestCode.WinSize, Golden("hyper2018-winsize-container")), (GuestCode.KillContainer, Golden("hyper2018-killcontainer")),
            ],
            Texts(
                dialect.Exec(new()
                {
                    Container = "web", Seq = 5, Stderr = 6, Terminal = false, Cmd = ["ls"], Envs = [new("A", "b")], User = "app", Workdir = "/",
                }),
                dialect.WindowSize(5, 24, 80),
                dialect.WindowSize(1, 24, 80),
                dialect.Kill("web", 9)));
    }

    [Theory]
    [InlineData(false, "the guest speaks hyper2015, which can't run a process without a terminal")]
    [InlineData(true, "the guest speaks hyper2018, which can't find a disk by its serial")]
    public void What_a_guest_cannot_do_is_refused_in_words_that_name_its_dialect(bool late, string words)
    {
        GuestDialect dialect = late ? new Hyper2018Dialect() : new Hyper2015Dialect();
        var pod = late ? Pod with { Containers = [new() { Id = "web", Serial = "rx-0", Cmd = ["ls"] }] } : Pod;
        Assert.Equal(words, dialect.Refuses(pod));
        Assert.Equal(late ? null : "the guest speaks hyper2015, which can't signal one process", dialect.Lacking(GuestFeature.Signal));
    }

    [Fact]
    public void A_second_pod_in_a_guest_of_2018_is_refused_by_name()
    {
        var dialect = new Hyper2018Dialect();
        Assert.Null(dialect.Refuses(Pod));
        dialect.StartPod(Pod);
        Assert.Equal("the guest speaks hyper2018, which can't run a second pod in one machine", dialect.Refuses(Pod));
    }

    private static (GuestCode Code, string Text)[] Texts(params GuestCommand[] commands) =>
        [.. commands.Select(c => (c.Code, Encoding.UTF8.GetString(c.Payload.Span)))];

    private static string Golden(string name)
    {
        using var file = new StreamReader(typeof(HyperPayloadTests).Assembly.GetManifestResourceStream($"golden/{name}")!);
        return file.ReadToEnd().ReplaceLineEndings("");
    }
}
