using Microsoft.Reactive.Testing;
using Rx.Vm.Effects;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Sources;
using Rx.Vm.Tests.Guest;
using Rx.Vm.Tests.Sources;

namespace Rx.Vm.Tests.Effects;

/// <summary>Each effect toward the guest, alone: what is sent, and what is answered when nothing can be.</summary>
public class GuestEffectsTests
{
    private readonly StillMachine _machine = new();
    private readonly MachineSession _session;
    private readonly GuestEffects _effects = new();

    public GuestEffectsTests()
    {
        _session = Sessions.Of(_machine, new TestScheduler());
        _session.Facts.Subscribe();
        _machine.ControlEnd.OnWrite = bytes => Credit(bytes.Length);
        Guest(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All & ~GuestFeature.Ids).ToPayload());
    }

    [Theory]
    [InlineData(nameof(GuestEffects.StopPod), GuestCode.StopPod, VmEventKind.PodStopRefused)]
    [InlineData(nameof(GuestEffects.DestroyPod), GuestCode.DestroyPod, VmEventKind.PodDestroyRefused)]
    [InlineData(nameof(GuestEffects.Rescan), GuestCode.Ready, VmEventKind.RescanRefused)]
    internal void A_command_is_sent_or_its_refusal_told(string effect, GuestCode code, VmEventKind refused)
    {
        VmEvent? Do() => (VmEvent?)typeof(GuestEffects).GetMethod(effect)!.Invoke(_effects, [_session]);
        _session.Control.Send(GuestCode.StartPod, default, 1);
        Guest(GuestCode.Ack);
        Assert.Null(Do());
        Assert.Equal((code, ControlFrame.HeaderSize), ControlHarness.Frames(_machine.ControlEnd.Written)[^1]);

        _session.Control.Dispose();
        Assert.Equal((refused, "the connection to the guest is lost"), (Do()?.Kind, Do()?.Text));
    }

    [Fact]
    public void A_pod_that_has_ended_is_as_good_as_stopped()
    {
        Assert.Null(_effects.StopPod(_session));
        Assert.Empty(_machine.ControlEnd.Written);
    }

    [Fact]
    public void A_ping_that_cannot_be_sent_says_nothing()
    {
        GuestEffects.Ping(_session);
        Assert.Equal([GuestCode.Ping], Sent);
        _session.Control.Dispose();
        GuestEffects.Ping(_session);
        Assert.Equal([GuestCode.Ping], Sent);
    }

    [Fact]
    public void A_pod_is_started_with_streams_that_are_open_before_the_command_is_sent()
    {
        Run(Pod("a", "b"));
        var open = 0;
        _machine.ControlEnd.OnWrite = bytes =>
        {
            open = _session.PodStreams.Length;
            Credit(bytes.Length);
        };
        Assert.Null(_effects.StartPod(_session));
        Assert.Equal([GuestCode.StartPod], Sent);
        Assert.Equal(2, open);
    }

    [Fact]
    public void A_pod_that_the_guest_cannot_run_is_refused_with_what_it_lacks()
    {
        _session.Dialect = new Hyper2015Dialect();
        Run(Pod("a"));
        var refusal = _effects.StartPod(_session);
        Assert.Equal(VmEventKind.PodStartRefused, refusal?.Kind);
        Assert.NotEqual("", refusal?.Text);
        Assert.Empty(Sent);
    }

    [Fact]
    public void Without_a_pod_none_is_started()
    {
        var refusal = _effects.StartPod(_session);
        Assert.Equal((VmEventKind.PodStartRefused, "there is no pod to start"), (refusal?.Kind, refusal?.Text));
    }

    [Fact]
    public void A_refused_request_brings_no_pod_in_and_an_answered_one_is_forgotten()
    {
        var (effects, pod) = (_effects, Pod("a"));
        effects.Plan(1, pod);
        effects.Follow(Requested(1) with { Answers = [new Answer(1, AnswerKind.Refused, VmPhase.Running, Refusal.Busy)] });
        Assert.Null(effects.Pod);
        effects.Follow(Requested(1));
        Assert.Null(effects.Pod);
        effects.Plan(2, pod);
        effects.Follow(Requested(2));
        Assert.Same(pod, effects.Pod);
    }

    [Fact]
    public void A_call_is_sent_once_under_its_number_and_refused_when_unknown_answered_or_not_possible()
    {
        _effects.Plan(5, new SignalPlan("a", 15));
        Assert.Null(_effects.Call(_session, 5));
        Assert.Equal([GuestCode.KillContainer], Sent);

        _effects.Plan(7, new SignalPlan("a", 15));
        _effects.Follow(Requested(0) with { Answers = [new Answer(7, AnswerKind.Failed, VmPhase.Running)] });
        foreach (var command in new long[] { 5, 6, 7 })
        {
            var unknown = _effects.Call(_session, command);
            Assert.Equal((VmEventKind.CallRefused, command, "the call is unknown"), (unknown?.Kind, unknown?.Token, unknown?.Text));
        }

        _session.Dialect = new Hyper2015Dialect();
        _effects.Plan(8, new SignalPlan("a", 15));
        var lacking = _effects.Call(_session, 8);
        Assert.Equal((VmEventKind.CallRefused, 8L), (lacking?.Kind, lacking?.Token));
        Assert.NotEqual("the call is unknown", lacking?.Text);
        Assert.Single(Sent);
    }

    [Fact]
    public void An_exec_opens_its_streams_when_it_is_sent_and_not_before()
    {
        var exec = new ExecPlan("a", ["ls"], new ExecOptions());
        _effects.Plan(5, exec);
        Assert.Null(exec.Streams);
        Assert.Null(_effects.Call(_session, 5));
        Assert.NotNull(exec.Streams);
        Assert.Equal([GuestCode.ExecCmd], Sent);
    }

    private static PodPlan Pod(params string[] containers)
    {
        var spec = PodSpec.Parse($$"""{"containers":[{{string.Join(',', containers.Select(c => $$"""{"name":"{{c}}","image":"b","command":["x"]}"""))}}]}""");
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        return new PodPlan("pod", spec, [.. containers.Select((_, i) => new ContainerDisk(i, image))], inline: true);
    }

    private static VmStep Requested(long command) =>
        VmFold.Initial("vm", KeepMode.None, new VmTimeouts()) with { Event = VmEvent.RunPod(command, "pod", 1) };

    private IEnumerable<GuestCode> Sent => ControlHarness.Frames(_machine.ControlEnd.Written).Select(frame => frame.Code);

    private void Run(PodPlan pod)
    {
        _effects.Plan(1, pod);
        _effects.Follow(Requested(1));
    }

    private void Guest(GuestCode code, ReadOnlySpan<byte> payload = default) => _machine.ControlEnd.Feed(ControlFrame.Encode(code, payload));

    private void Credit(int bytes) => _machine.ControlEnd.Feed(ControlFrame.EncodeNext((uint)bytes));
}
