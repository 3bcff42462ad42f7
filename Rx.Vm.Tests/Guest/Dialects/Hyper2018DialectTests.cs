using System.Text;
using Rx.Vm.Guest;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;

namespace Rx.Vm.Tests.Guest.Dialects;

/// <summary>A pod made of what a guest of 2018 says of its containers, in every order it may be said in.</summary>
public class Hyper2018DialectTests
{
    private readonly Hyper2018Dialect _dialect = new();

    public Hyper2018DialectTests() => _dialect.StartPod(new PodPayload
    {
        Containers = [new() { Id = "a", Tty = 1, Cmd = ["x"] }, new() { Id = "b", Tty = 2, Cmd = ["x"] }],
    });

    [Fact]
    public void The_pod_has_started_with_the_answer_to_its_last_container()
    {
        Assert.Empty(Hear(Acked(GuestCode.StartPod), Acked(GuestCode.NewContainer)));
        Assert.Equal([new GuestAcked(GuestCode.StartPod, 7, default)], Hear(Acked(GuestCode.NewContainer)));
    }

    [Fact]
    public void The_first_refusal_is_the_pods_and_the_only_answer()
    {
        Assert.Equal(
            [new GuestRefused(GuestCode.StartPod, 7, "no such image")],
            Hear(Acked(GuestCode.StartPod), new GuestRefused(GuestCode.NewContainer, 7, "no such image"), Acked(GuestCode.NewContainer)));
        Assert.Empty(Hear(Ended("a", "init", 1), Ended("b", "init", 1)).OfType<PodFinished>());
    }

    [Fact]
    public void The_pod_ends_with_its_last_container_and_the_codes_in_order_of_declaration()
    {
        Start();
        Assert.Equal([new GuestProcessEnded(new ProcessEnd(2, 3, 0, default, 0))], Hear(Ended("b", "init", 3)));
        Assert.Equal([4, 3], Assert.Single(Hear(Ended("a", "init", 4)).OfType<PodFinished>()).ExitCodes);
        Assert.Empty(Hear(Ended("a", "init", 5)));
    }

    [Fact]
    public void Containers_that_end_before_the_pod_has_started_end_it_behind_its_start()
    {
        Assert.All(Hear(Acked(GuestCode.StartPod), Ended("a", "init", 0), Ended("b", "init", 0)), m => Assert.IsType<GuestProcessEnded>(m));
        Assert.Equal([typeof(GuestAcked), typeof(PodFinished)], Hear(Acked(GuestCode.NewContainer), Acked(GuestCode.NewContainer)).Select(m => m.GetType()));
    }

    [Fact]
    public void A_stop_is_a_signal_to_each_that_lives_and_answered_by_the_last_end()
    {
        Start();
        Hear(Ended("b", "init", 3));
        var kill = Assert.Single(_dialect.StopPod(0));
        Assert.Equal((GuestCode.KillContainer, true), (kill.Code, kill.IsAside));
        Assert.Equal("""{"container":"a","signal":15}""", Encoding.UTF8.GetString(kill.Payload.Span));
        Assert.Empty(Hear(new GuestAcked(GuestCode.KillContainer, GuestCommand.AsideToken, default)));
        var stopped = Assert.Single(Hear(Ended("a", "init", 143)).OfType<GuestAcked>());
        Assert.Equal(GuestCode.StopPod, stopped.Code);
        Assert.Equal([143, 3], ControlFrame.ReadExitCodes(stopped.Payload.Span));
        Assert.Empty(_dialect.StopPod(0));
    }

    [Fact]
    public void The_end_of_an_exec_is_its_own_and_no_containers()
    {
        Start();
        _dialect.Exec(new ExecPayload { Container = "a", Seq = 9, Cmd = ["x"] });
        Assert.Equal(
            """{"container":"a","process":"exec-9","signal":15}""", Encoding.UTF8.GetString(_dialect.SignalExec(9, 15).Payload.Span));
        Assert.Equal([new GuestProcessEnded(new ProcessEnd(9, 2, 0, default, 0))], Hear(Ended("a", "exec-9", 2), Ended("a", "exec-9", 2)));
    }

    [Theory]
    [InlineData("stranger", "init", 0)]
    [InlineData("a", "stranger", 0)]
    public void What_is_said_of_a_stranger_changes_nothing(string container, string process, int code)
    {
        Start();
        Assert.Empty(Hear(Ended(container, process, code)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(int.MaxValue, 255)]
    public void A_code_that_is_none_is_brought_into_its_range(int told, int code)
    {
        Start();
        Assert.Equal(code, Hear(Ended("a", "init", told)).OfType<GuestProcessEnded>().Single().End.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"container":"a","process":"init","event":"finished"}""")]
    [InlineData("""{"container":"a","process":"init","event":"finished","status":"0"}""")]
    [InlineData("""{"container":null,"process":"init","event":"finished","status":0}""")]
    [InlineData("""{"container":"a","container":"a","process":"init","event":"finished","status":0}""")]
    [InlineData("""{"container":"a","process":"init","event":"finished","status":99999999999}""")]
    public void An_event_that_is_not_the_documented_one_ends_the_channel(string payload)
    {
        Start();
        Assert.Equal(GuestLossKind.Protocol, Assert.IsType<GuestLost>(Assert.Single(Hear(new GuestEvent(Encoding.UTF8.GetBytes(payload))))).Kind);
    }

    private void Start() => Hear(Acked(GuestCode.StartPod), Acked(GuestCode.NewContainer), Acked(GuestCode.NewContainer));

    private GuestMessage[] Hear(params GuestMessage[] messages) => [.. messages.SelectMany(m => _dialect.Hear(m))];

    private static GuestAcked Acked(GuestCode code) => new(code, 7, default);

    private static GuestEvent Ended(string container, string process, int status) => new(Encoding.UTF8.GetBytes(
        $$"""{"container":"{{container}}","process":"{{process}}","event":"finished","status":{{status}}}"""));
}
