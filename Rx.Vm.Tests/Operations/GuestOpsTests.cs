using System.Collections.Immutable;
using Microsoft.Reactive.Testing;
using Rx.Vm.Attendance;
using Rx.Vm.Effects;
using Rx.Vm.Fold;
using Rx.Vm.Guest.Dialects;
using Rx.Vm.Guest.Wire;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Pods;
using Rx.Vm.Pods.Folds;
using Rx.Vm.Qemu;
using Rx.Vm.Reactive;
using Rx.Vm.Tests.Effects;
using Rx.Vm.Tests.Guest;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.Operations;

/// <summary>What is asked of the guest, each kind alone: what is sent, and what ends the operation.</summary>
public class GuestOpsTests
{
    private readonly TestScheduler _time = new();
    private readonly StillMachine _machine = new();
    private readonly OpTable _table = new();
    private readonly List<Sight> _sights = [];
    private readonly ProcessSession _session;

    public GuestOpsTests()
    {
        _session = new ProcessSession(
            HandedOutMachine.Take(_machine, "vm", inline: true), VmSchedulers.Single(_time), inline: true, new VmTimeouts(), Serilog.Core.Logger.None);
        _session.Sights.Subscribe(_sights.Add);
        _machine.ControlEnd.OnWrite = bytes => _machine.ControlEnd.Feed(ControlFrame.EncodeNext((uint)bytes.Length));
        Guest(GuestCode.Ready, new GuestFeatures("rxvm", 1, GuestFeature.All & ~GuestFeature.Ids).ToPayload());
        new PodOps(() => _session, inline: true).Register(_table);
        new CallOps(() => _session, inline: true).Register(_table);
        new MonitorOps(() => _session, new VmTimeouts()).Register(_table);
    }

    [Fact]
    public void The_starts_of_all_containers_are_one_command_and_each_ends_with_its_answer()
    {
        var starts = StartAll(2);
        Assert.Equal([GuestCode.StartPod], Sent);
        Assert.DoesNotContain(starts, start => start.IsCompleted);
        Guest(GuestCode.Ack);
        Assert.All(starts, start => Assert.True(SimulatedWorld.Now(start).Ok));
        Assert.Equal([11, 12], _session.Pod.Containers);
    }

    [Fact]
    public void A_refused_start_fails_every_container_in_the_guest_s_words()
    {
        var starts = StartAll(2);
        Guest(GuestCode.Error, "no disk"u8);
        Assert.All(starts, start => Assert.Equal("no disk", Words(SimulatedWorld.Now(start))));
    }

    [Fact]
    public void A_guest_that_lacks_what_the_pod_needs_is_not_asked()
    {
        _session.Dialect = new Hyper2015Dialect();
        Assert.All(StartAll(1), start => Assert.False(SimulatedWorld.Now(start).Ok));
        Assert.Empty(Sent);
    }

    [Fact]
    public void The_stops_of_all_containers_are_one_command_whose_exit_codes_go_to_each()
    {
        var state = Started(2);
        var stops = All(state, OpKind.StopContainer, ContainerPhase.Stopping);
        Assert.Equal([GuestCode.StartPod, GuestCode.StopPod], Sent);
        EndStreams(state);
        Guest(GuestCode.Ack, [0, 0, 0, 3, 0, 0, 0, 4]);
        Assert.Equal(2, stops.Count(stop => stop.IsCompleted));
        Assert.All(stops, stop => Assert.True(SimulatedWorld.Now(stop).Ok));
        Assert.All(stops, stop => Assert.IsType<Payload.Exit>(SimulatedWorld.Now(stop).Payload));
    }

    [Fact]
    public void A_kill_behind_a_stop_waits_for_its_answer_as_the_guest_kills_by_itself()
    {
        var state = Started(1);
        using var given = new CancellationTokenSource();
        var stop = Begin(OpKind.StopContainer, new(Level.Container, 11), With(state, ContainerPhase.Stopping), given);
        given.Cancel();
        Assert.True(stop.IsCanceled);
        var kill = Begin(OpKind.KillContainer, new(Level.Container, 11), With(state, ContainerPhase.Killing));
        Assert.Equal([GuestCode.StartPod, GuestCode.StopPod], Sent);
        EndStreams(state);
        Guest(GuestCode.Ack);
        Assert.True(SimulatedWorld.Now(kill).Ok);
    }

    [Fact]
    public void One_container_alone_cannot_be_stopped_where_all_are_stopped_together()
    {
        var state = Started(2);
        var one = state with { Containers = [state.Containers[0] with { Core = new ContainerCore { Phase = ContainerPhase.Stopping } }, state.Containers[1]] };
        Assert.Contains("together", Words(SimulatedWorld.Now(Begin(OpKind.StopContainer, new(Level.Container, 11), one))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_pod_is_the_end_of_each_of_its_containers_whatever_codes_there_are()
    {
        var state = Started(2);
        EndStreams(state);
        Guest(GuestCode.FinishPod, [0, 0, 0, 7]);
        var exits = _sights.Where(sight => sight.Fact == FactKind.ContainerExited).Select(sight => (sight.Target, ((Payload.Exit)sight.Payload!).Status.Code));
        Assert.Equal([(11, 7), (12, 255)], exits);
    }

    [Fact]
    public void The_guest_s_loss_is_told_before_those_who_wait_for_it_hear_of_it()
    {
        var start = StartAll(1)[0];
        var lostFirst = false;
        _ = start.ContinueWith(
            _ => lostFirst = _sights.Exists(sight => sight.Fact == FactKind.GuestLost),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _machine.ControlEnd.End();
        Assert.True(start.IsCompleted);
        Assert.True(lostFirst);
        Assert.False(SimulatedWorld.Now(Begin(OpKind.Rescan, new(Level.Pod), new State())).Ok);
    }

    [Fact]
    public void A_rescan_is_the_guest_s_word_for_ready()
    {
        var rescan = Begin(OpKind.Rescan, new(Level.Pod), new State());
        Assert.Equal([GuestCode.Ready], Sent);
        Guest(GuestCode.Ack);
        Assert.True(SimulatedWorld.Now(rescan).Ok);
    }

    [Fact]
    public void An_exec_opens_its_streams_when_it_is_sent_and_leaves_none_when_it_is_refused()
    {
        Started(1);
        var plan = new ExecPlan("a", ["ls"], new ExecOptions());
        var exec = Begin(OpKind.StartSession, new(Level.Session, 21), Session(plan));
        Assert.NotNull(plan.Streams);
        Guest(GuestCode.Error, "no such command"u8);
        Assert.Equal("no such command", Words(SimulatedWorld.Now(exec)));
        Assert.True(plan.Streams!.Ended.IsCompleted);
    }

    [Fact]
    public void An_exec_that_is_given_up_and_refused_late_leaves_no_session_and_its_turn_goes_on()
    {
        Started(1);
        using var given = new CancellationTokenSource();
        var plan = new ExecPlan("a", ["ls"], new ExecOptions());
        var exec = Begin(OpKind.StartSession, new(Level.Session, 21), Session(plan), given);
        given.Cancel();
        Assert.True(exec.IsCanceled);
        Assert.False(plan.Streams!.Ended.IsCompleted);
        Guest(GuestCode.Error, "too late"u8);
        Assert.True(plan.Streams.Ended.IsCompleted);
    }

    [Fact]
    public void A_process_that_nobody_waits_for_is_killed_alone_and_one_that_was_never_asked_for_is_not()
    {
        Started(1);
        var plan = new ExecPlan("a", ["ls"], new ExecOptions());
        Assert.True(SimulatedWorld.Now(Begin(OpKind.KillSession, new(Level.Session, 21), Session(plan))).Ok);
        Assert.DoesNotContain(GuestCode.SignalExec, Sent);
        Begin(OpKind.StartSession, new(Level.Session, 21), Session(plan));
        Guest(GuestCode.Ack);
        var kill = Begin(OpKind.KillSession, new(Level.Session, 21), Session(plan));
        Assert.Equal(GuestCode.SignalExec, Sent.Last());
        Guest(GuestCode.Error, "it has ended"u8);
        Assert.True(SimulatedWorld.Now(kill).Ok);
    }

    [Fact]
    public void So_many_starts_are_asked_at_once_and_one_that_waits_is_given_up_without_being_asked()
    {
        Started(1);
        var plans = Enumerable.Range(0, CallOps.StartsAtOnce + 2).Select(_ => new ExecPlan("a", ["ls"], new ExecOptions())).ToList();
        using var given = new CancellationTokenSource();
        var execs = plans.Select((plan, i) => Begin(
            OpKind.StartSession, new(Level.Session, 21), Session(plan), i == CallOps.StartsAtOnce ? given : null)).ToList();
        Assert.Equal(CallOps.StartsAtOnce, Sent.Count(code => code == GuestCode.ExecCmd));
        given.Cancel();
        Assert.True(execs[CallOps.StartsAtOnce].IsCanceled);
        Assert.Null(plans[CallOps.StartsAtOnce].Streams);
        Guest(GuestCode.Ack);
        Assert.NotNull(plans[^1].Streams);
    }

    [Fact]
    public void A_call_ends_with_the_guest_s_answer_and_fails_where_the_guest_cannot()
    {
        Started(1);
        var signal = Begin(OpKind.Call, new(Level.Request, 31), Call(new SignalPlan("a", 15)));
        Assert.Equal(GuestCode.KillContainer, Sent.Last());
        Guest(GuestCode.Ack);
        Assert.True(SimulatedWorld.Now(signal).Ok);
        _session.Dialect = new Hyper2015Dialect();
        Assert.False(SimulatedWorld.Now(Begin(OpKind.Call, new(Level.Request, 31), Call(new SignalPlan("a", 15)))).Ok);
    }

    [Fact]
    public void Quitting_says_goodbye_to_the_guest_first_and_waits_for_it_so_long()
    {
        _machine.Monitor.Answer = command => command.Return();
        var quit = Begin(OpKind.Quit, new(Level.Machine), new State());
        Assert.Equal([GuestCode.DestroyPod], Sent);
        _time.AdvanceBy(TimeSpan.FromSeconds(9.9).Ticks);
        Assert.DoesNotContain("quit", _machine.Monitor.Received.Select(c => c.Name));
        _time.AdvanceBy(TimeSpan.FromSeconds(0.2).Ticks);
        Assert.Contains("quit", _machine.Monitor.Received.Select(c => c.Name));
        _machine.Monitor.HangUp();
        Assert.True(SimulatedWorld.Now(quit).Ok);
    }

    [Fact]
    public void Freezing_and_thawing_are_the_monitor_s_stop_and_cont_and_fail_in_its_words()
    {
        _machine.Monitor.Answer = command => command.Name == "cont" ? command.Error("GenericError", "no way") : command.Return();
        Assert.True(SimulatedWorld.Now(Begin(OpKind.Freeze, new(Level.Machine), new State())).Ok);
        Assert.Contains(
            "no way", Words(SimulatedWorld.Now(Begin(OpKind.Thaw, new(Level.Machine), new State()))), StringComparison.Ordinal);
        _machine.Monitor.HangUp();
        Assert.False(SimulatedWorld.Now(Begin(OpKind.Freeze, new(Level.Machine), new State())).Ok);
    }

    private IEnumerable<GuestCode> Sent => ControlHarness.Frames(_machine.ControlEnd.Written).Select(frame => frame.Code)
        .Where(code => code != GuestCode.Window);

    private static string Words(OpEnd end) => ((Payload.Words)end.Payload!).Text;

    private static State Session(ExecPlan plan) =>
        new() { Sessions = [new SessionNode(21, 11, default, new Payload.Process(["ls"], new ExecOptions()) { Live = plan })] };

    private static State Call(CallPlan plan) => new()
    {
        Requests = [new RequestNode(31, 11, new RequestCore { Kind = RequestKind.Call }, Arguments: new Payload.Question("", default) { Live = plan })],
    };

    private static State With(State state, ContainerPhase phase) => state with
    {
        Containers = [.. state.Containers.Select(node => node with { Core = new ContainerCore { Phase = phase } })],
    };

    private State Started(int containers)
    {
        var state = Pod(containers);
        var starts = All(state, OpKind.StartContainer, ContainerPhase.Starting);
        Guest(GuestCode.Ack);
        Assert.All(starts, start => Assert.True(SimulatedWorld.Now(start).Ok));
        return With(state, ContainerPhase.Running);
    }

    private List<Task<OpEnd>> StartAll(int containers) => All(Pod(containers), OpKind.StartContainer, ContainerPhase.Starting);

    private List<Task<OpEnd>> All(State state, OpKind kind, ContainerPhase phase) =>
        [.. state.Containers.Select(node => Begin(kind, new(Level.Container, node.Id), With(state, phase)))];

    private static State Pod(int containers)
    {
        var plan = OpsWorld.Plan([.. Enumerable.Repeat(SimulatedWorld.Container("x"), containers)]);
        var nodes = ImmutableArray.CreateRange(plan.Spec.Containers.Select((spec, i) => new ContainerNode(11 + i, default, spec)));
        var devices = nodes.Select((node, i) => new DeviceNode(41 + i, node.Id, default, new DeviceSpec(DeviceClass.Disk, "/b"), new Lease($"{i}")));
        return new State { Plan = OpsWorld.Ask(plan), Containers = nodes, Devices = [.. devices] };
    }

    private void EndStreams(State state)
    {
        foreach (var streams in ((PodPlan)state.Plan!.Live!).Streams)
        {
            _machine.TtyEnd.Feed(TtyFrame.Encode(streams.MainSession, default));
            _machine.TtyEnd.Feed(TtyFrame.Encode(streams.ErrorSession!.Value, default));
        }
    }

    private void Guest(GuestCode code, ReadOnlySpan<byte> payload = default) => _machine.ControlEnd.Feed(ControlFrame.Encode(code, payload));

    private Task<OpEnd> Begin(OpKind kind, Address target, State state, CancellationTokenSource? given = null) =>
        _table[kind](new OpWork(new Op(1, kind, target), state, given?.Token ?? CancellationToken.None, static _ => { }));
}
