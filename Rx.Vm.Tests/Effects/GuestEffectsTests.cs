using Rx.Vm.Effects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Images;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Tests.Guest;

namespace Rx.Vm.Tests.Effects;

/// <summary>Each effect toward the guest, alone: what is sent, and what is answered when nothing can be.</summary>
public class GuestEffectsTests
{
    private readonly List<VmEvent> _posted = [];
    private readonly ControlHarness _guest = new ControlHarness().Reading();
    private readonly MuxHarness _tty = new();
    private readonly MachineConnection _connection = new();

    [Theory]
    [InlineData(nameof(GuestEffects.StopPod), GuestCode.StopPod, VmEventKind.PodStopRefused)]
    [InlineData(nameof(GuestEffects.DestroyPod), GuestCode.DestroyPod, VmEventKind.PodDestroyRefused)]
    [InlineData(nameof(GuestEffects.Rescan), GuestCode.Ready, VmEventKind.RescanRefused)]
    internal void A_command_is_sent_or_its_refusal_posted(string effect, GuestCode code, VmEventKind refused)
    {
        void Do(GuestEffects effects) => typeof(GuestEffects).GetMethod(effect)!.Invoke(effects, []);
        Do(new GuestEffects(_connection, _posted.Add));
        Assert.Equal((refused, "the connection to the guest is lost"), (Assert.Single(_posted).Kind, _posted[0].Text));

        _posted.Clear();
        _guest.Send(GuestCode.StartPod, 1);
        _guest.Guest(GuestCode.Ack);
        Do(Effects());
        Assert.Empty(_posted);
        Assert.Equal((code, ControlFrame.HeaderSize), ControlHarness.Frames(_guest.Stream.Written)[^1]);
    }

    [Fact]
    public void A_pod_that_has_ended_is_as_good_as_stopped()
    {
        Effects().StopPod();
        Assert.Empty(_posted);
        Assert.Empty(_guest.Stream.Written);
    }

    [Fact]
    public void A_ping_that_cannot_be_sent_says_nothing()
    {
        new GuestEffects(_connection, _posted.Add).Ping();
        Assert.Empty(_posted);
        Effects().Ping();
        Assert.Equal([GuestCode.Ping], ControlHarness.Frames(_guest.Stream.Written).Select(f => f.Code));
    }

    [Fact]
    public void A_pod_is_started_with_streams_that_are_open_before_the_command_is_sent()
    {
        var effects = Effects();
        Run(effects, Pod("a", "b"));
        var open = 0;
        _guest.Stream.OnWrite = bytes =>
        {
            open = _connection.PodStreams.Length;
            _guest.Credit(bytes.Length);
        };
        effects.StartPod();
        Assert.Equal(GuestCode.StartPod, Assert.Single(ControlHarness.Frames(_guest.Stream.Written)).Code);
        Assert.Equal(2, _connection.PodStreams.Length);
        Assert.Empty(_posted);
    }

    [Fact]
    public void A_pod_that_the_guest_cannot_run_is_refused_with_what_it_lacks()
    {
        var effects = Effects(GuestFeatures.None);
        Run(effects, Pod("a"));
        effects.StartPod();
        var refusal = Assert.Single(_posted);
        Assert.Equal(VmEventKind.PodStartRefused, refusal.Kind);
        Assert.NotEqual("", refusal.Text);
        Assert.Empty(_guest.Stream.Written);
    }

    [Fact]
    public void Without_a_pod_none_is_started()
    {
        Effects().StartPod();
        Assert.Equal((VmEventKind.PodStartRefused, "there is no pod to start"), (Assert.Single(_posted).Kind, _posted[0].Text));
    }

    [Fact]
    public void A_refused_request_brings_no_pod_in_and_an_answered_one_is_forgotten()
    {
        var effects = Effects();
        var pod = Pod("a");
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
        var effects = Effects();
        effects.Plan(5, new SignalPlan("a", 15));
        effects.Call(5);
        Assert.Equal(GuestCode.KillContainer, Assert.Single(ControlHarness.Frames(_guest.Stream.Written)).Code);
        Assert.Empty(_posted);

        effects.Call(5);
        effects.Call(6);
        effects.Plan(7, new SignalPlan("a", 15));
        effects.Follow(Requested(0) with { Answers = [new Answer(7, AnswerKind.Failed, VmPhase.Running)] });
        effects.Call(7);
        Assert.Equal([(5, "the call is unknown"), (6, "the call is unknown"), (7, "the call is unknown")], _posted.Select(e => ((int)e.Token, e.Text!)));

        _posted.Clear();
        _connection.Features = GuestFeatures.None;
        effects.Plan(8, new SignalPlan("a", 15));
        effects.Call(8);
        Assert.Equal((VmEventKind.CallRefused, 8L), (Assert.Single(_posted).Kind, _posted[0].Token));
        Assert.NotEqual("the call is unknown", _posted[0].Text);
        Assert.Single(ControlHarness.Frames(_guest.Stream.Written));
    }

    [Fact]
    public void An_exec_opens_its_streams_when_it_is_sent_and_not_before()
    {
        var effects = Effects();
        var exec = new ExecPlan("a", ["ls"], new ExecOptions());
        effects.Plan(5, exec);
        Assert.Null(exec.Streams);
        effects.Call(5);
        Assert.NotNull(exec.Streams);
        Assert.Equal([GuestCode.ExecCmd], ControlHarness.Frames(_guest.Stream.Written).Select(f => f.Code));
    }

    private static PodPlan Pod(params string[] containers)
    {
        var spec = PodSpec.Parse($$"""{"containers":[{{string.Join(',', containers.Select(c => $$"""{"name":"{{c}}","image":"b","command":["x"]}"""))}}]}""");
        var image = RootFileSystem.Unresolved(ImageReference.Parse("b"));
        return new PodPlan("pod", spec, [.. containers.Select((_, i) => new ContainerDisk(i, image))], inline: true);
    }

    private static VmStep Requested(long command) =>
        VmFold.Initial("vm", KeepMode.None, new VmTimeouts()) with { Event = VmEvent.RunPod(command, "pod", 1) };

    private static void Run(GuestEffects effects, PodPlan pod)
    {
        effects.Plan(1, pod);
        effects.Follow(Requested(1));
    }

    private GuestEffects Effects(GuestFeatures? features = null)
    {
        _connection.Control = _guest.Control;
        _connection.Tty = _tty.Mux;
        _connection.Features = features ?? new GuestFeatures("rxvm", 1, GuestFeature.All);
        return new GuestEffects(_connection, _posted.Add);
    }
}
