using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;
using K = Rx.Vm.Testing.SimulatedFaultKind;

namespace Rx.Vm.Tests.Testing;

/// <summary>Every way out, from every phase, through the whole pipeline.</summary>
public class SimulatedEndTests
{
    /// <summary>
    /// A moment in each phase of one life, in milliseconds: run at 0, stop at 2000 with 3 s of grace, cleaned at 5023, second pod until
    /// 7000,
    /// shutdown at 7000 with 3 s of grace.
    /// </summary>
    public static TheoryData<double, VmPhase> Moments => new()
    {
        { 0, VmPhase.Booting }, { 20, VmPhase.Booting }, { 300, VmPhase.Booting }, { 550.5, VmPhase.Starting }, { 553, VmPhase.Starting },
        { 600, VmPhase.Starting }, { 1000, VmPhase.Running }, { 3000, VmPhase.Stopping }, { 5001.5, VmPhase.Cleaning },
        { 5010, VmPhase.Cleaning }, { 5500, VmPhase.Init }, { 6800, VmPhase.Running }, { 7000.5, VmPhase.Terminating },
        { 7001.5, VmPhase.Terminating }, { 7005, VmPhase.Terminating },
    };

    [Theory]
    [MemberData(nameof(Moments))]
    public void A_shutdown_ends_the_machine_in_every_phase(double at, VmPhase phase)
    {
        var life = new ScriptedLife();
        life.AdvanceTo(at);
        Assert.Equal(phase, life.Vm.State.Phase);

        var first = life.Vm.ShutDown();
        var second = life.Vm.ShutDown();
        life.World.Advance(2);

        Now(first);
        Now(second);
        life.AssertOver();
        Assert.False(life.Vm.State.ResourcesLost);
        Assert.Equal(phase == VmPhase.Terminating ? VmReason.ShutdownRequested : life.Vm.State.Reason, life.Vm.State.Reason);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void A_kill_ends_the_machine_in_every_phase(double at, VmPhase phase)
    {
        var life = new ScriptedLife();
        life.AdvanceTo(at);
        Assert.Equal(phase, life.Vm.State.Phase);

        var killed = life.Vm.Kill();
        life.World.Advance(0.1);

        Now(killed);
        life.AssertOver();
        Assert.Equal(phase == VmPhase.Terminating ? VmReason.ShutdownRequested : VmReason.KillRequested, life.Vm.State.Reason);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void A_process_that_dies_ends_the_machine_the_same_way_whichever_sign_comes_first(double at, VmPhase phase)
    {
        var ends = new[] { false, true }.Select(exitFirst =>
        {
            var life = new ScriptedLife(new SimulatedSettings { ExitBeforeEndOfStreams = exitFirst });
            life.AdvanceTo(at);
            Assert.Equal(phase, life.Vm.State.Phase);
            if (life.World.Driver.Started == 0)
            {
                life.AdvanceTo(50);
            }

            life.World.Driver.Inject("vm1", new SimulatedFault(K.Killed));
            life.World.Advance(2);
            life.AssertOver();
            var state = life.Vm.State;
            return (state.Reason, state.Message, state.ExitCodes, state.ResourcesLost, life.Results);
        }).ToArray();

        Assert.Equal(ends[0], ends[1]);
        Assert.Equal(phase == VmPhase.Terminating ? VmReason.ShutdownRequested : VmReason.ProcessDied, ends[0].Reason);
    }

    [Fact]
    public void Before_and_after_its_life_a_machine_can_be_shut_down_too()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var trace = Trace(vm);

        Now(vm.ShutDown());
        Now(vm.Kill());
        world.Advance(1);

        Assert.Equal("0 Preparing\n0 Gone ShutdownRequested", trace.Text);
        Assert.Equal(Refusal.Gone, Failure<VmRefusedException>(vm.Run(Pod("true"))).Refusal);
        Assert.Equal(0, world.Driver.Started);
    }

    [Theory]
    [InlineData(K.GuestPowerOff)]
    [InlineData(K.GuestReset)]
    public void A_guest_that_goes_by_itself_is_told_from_a_process_that_died(SimulatedFaultKind kind)
    {
        var world = new SimulatedWorld(new SimulatedFault(kind) { At = SimulatedMoment.PodStarted, After = TimeSpan.FromSeconds(1) });
        var (vm, pod) = world.Running(Pod("sleep", "1000"));

        world.Advance(2);

        Assert.Equal((VmPhase.Gone, VmReason.GuestShutdown), (vm.State.Phase, vm.State.Reason));
        Assert.Equal((VmReason.GuestShutdown, false), (Now(pod.Completion).Reason, Now(pod.Completion).IsKnown));
    }

    [Fact]
    public void A_start_that_is_refused_says_why_in_the_emulators_words()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.StartRefused) { Value = 3 });
        var vm = world.Create();
        var started = vm.Run(Pod("true"));

        world.Advance(1);

        var failure = Failure<VmFailedException>(started);
        Assert.Equal(VmReason.StartFailed, failure.Reason);
        Assert.Equal(
            "vm1: run pod failed: the machine could not be started: the simulated machine ended at its start with exit code 3",
            failure.Message);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);
    }

    [Fact]
    public void A_start_that_was_given_up_and_comes_about_all_the_same_is_seen_to()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.StartLate) { After = TimeSpan.FromSeconds(200) });
        var vm = world.Create();
        Now(vm.Boot());
        var killed = vm.Kill();

        world.Advance(100);
        Now(killed);
        Assert.True(vm.State is { Phase: VmPhase.Gone, ResourcesLost: true });
        world.Advance(110);

        Assert.Equal((1, 0, 0), (world.Driver.Started, world.Driver.Alive, world.Driver.Held));
    }

    [Fact]
    public void Behind_a_process_that_cannot_be_killed_nobody_waits_for_its_streams()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.Unkillable));
        var (vm, pod) = world.Running(Pod("sleep", "infinity"));
        var output = Collect(pod.Containers[0].Streams.Output);
        var input = pod.Containers[0].Streams.WriteInputAsync(new byte[100_000], CancellationToken.None).AsTask();
        var killed = vm.Kill();

        world.Advance(100);

        Now(killed);
        Assert.Equal("∎", output.ToString());
        Assert.False(Now(pod.Containers[0].Streams.Ended));
        Assert.True(input.IsCompleted);
    }

    [Fact]
    public void A_guest_that_never_ends_its_streams_holds_the_end_of_the_pod_up_for_10_s()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.EndLost) { Occurrence = 0 });
        var (vm, pod) = world.Running(Pod("sh", "-c", "sleep 1; exit 3"));

        // Two more who wait for the same ends; nobody may leave the thread of virtual time for it.
        var (first, second) = (pod.Containers[0].Streams.Ended, pod.Containers[0].Streams.Ended);
        var trace = Trace(vm);
        world.Advance(20);

        Assert.StartsWith("656 Running\n11656 Terminating PodFinished", trace.Text, StringComparison.Ordinal);
        Assert.Equal([3], Now(pod.Completion).ExitCodes);
        Assert.Equal((false, false), (Now(first), Now(second)));
    }

    [Fact]
    public void A_process_that_dies_before_its_greeting_is_seen_at_once_and_quoted()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.DiesBeforeGreeting));
        var vm = world.Create();
        var started = vm.Run(Pod("true"));

        world.Advance(2);

        Assert.Equal((VmPhase.Gone, VmReason.ProcessDied), (vm.State.Phase, vm.State.Reason));
        Assert.Equal("the machine's process died: exit code 1: simulated: died before the greeting", vm.State.Message);
        Assert.True(started.IsFaulted);
    }

    [Fact]
    public void The_end_of_the_console_alone_changes_nothing()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.ConsoleCut) { At = SimulatedMoment.PodStarted });
        var (vm, _) = world.Running(Pod("sleep", "1000"));

        world.Advance(100);

        Assert.Equal(VmPhase.Running, vm.State.Phase);
        Assert.Contains("init: ready", vm.ConsoleTail);
    }

    [Fact]
    public void A_guest_that_panics_is_unresponsive_and_its_last_words_are_kept()
    {
        var world = new SimulatedWorld(new SimulatedFault(K.GuestPanic) { At = SimulatedMoment.PodStarted });
        var (vm, _) = world.Running(Pod("sleep", "1000"));

        world.Advance(100);

        Assert.Equal((VmPhase.Gone, VmReason.GuestUnresponsive), (vm.State.Phase, vm.State.Reason));
        Assert.Contains("Kernel panic - not syncing: simulated", vm.ConsoleTail);
    }

    [Fact]
    public void A_wait_that_is_cancelled_ends_and_what_was_asked_for_happens()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        using var source = new CancellationTokenSource();
        var started = vm.RunPodAsync(Pod("sh", "-c", "sleep 1; exit 3"), source.Token);
        world.Advance(0.3);

        source.Cancel();
        Assert.True(started.IsCanceled);
        world.Advance(0.7);
        Assert.Equal(VmPhase.Running, vm.State.Phase);
        world.Advance(1);

        Assert.Equal((VmPhase.Gone, 3), (vm.State.Phase, vm.State.ExitCodes[0]));
    }

    [Fact]
    public void A_token_that_is_cancelled_already_asks_for_nothing()
    {
        var world = new SimulatedWorld();
        var (vm, _) = world.Running(Pod("sleep", "1000"));
        var cancelled = new CancellationToken(canceled: true);

        Assert.True(vm.RunPodAsync(Pod("true"), cancelled).IsCanceled);
        Assert.True(vm.ShutdownAsync(cancelled).IsCanceled);
        world.Advance(1);

        Assert.Equal(VmPhase.Running, vm.State.Phase);
    }

    /// <summary>One life with every phase in it.</summary>
    private sealed class ScriptedLife
    {
        private readonly StateTrace _trace;
        private readonly List<(string Name, Task Task)> _requests = [];
        private readonly List<Task<PodResult>> _ends = [];
        private double _now;

        public ScriptedLife(SimulatedSettings? settings = null)
        {
            settings ??= new SimulatedSettings();
            World = new SimulatedWorld(settings with { Programs = SimulatedPrograms.Default.Add("stubborn", Stubborn) });
            Vm = World.Create();
            _trace = Trace(Vm);
            Run("pod1");
        }

        public SimulatedWorld World { get; }

        public VirtualMachine Vm { get; }

        /// <summary>How every request and pod ended, in words.</summary>
        public string Results => string.Join('\n', _requests.Select(r => $"{r.Name} {Outcome(r.Task)}")
            .Concat(_ends.Select(e => $"{Now(e).PodId} {Now(e)}")));

        public void AdvanceTo(double at)
        {
            Step(at, 2000, () => _requests.Add(("stop", Vm.Stop())));
            Step(at, 6000, () => Run("pod2"));
            Step(at, 7000, () => _requests.Add(("shutdown", Vm.ShutDown())));
            Go(at);
        }

        public void AssertOver()
        {
            Assert.True(_trace.IsCompleted, _trace.Text);
            Assert.Equal((0, 0), (World.Driver.Alive, World.Driver.Held));
            Assert.All(_requests, r => Assert.True(r.Task.IsCompleted, r.Name));
            Assert.All(_ends, e => Assert.True(e.IsCompletedSuccessfully));
            Assert.Null(World.Host.Find("vm1"));
        }

        private void Step(double at, double when, Action action)
        {
            if (_now < when && at > when)
            {
                Go(when);
                action();
            }
        }

        private void Go(double at)
        {
            World.Advance(TimeSpan.FromMilliseconds(at - _now));
            _now = at;
        }

        private void Run(string id)
        {
            var started = Vm.Run(Pod("stubborn") with { Id = id });
            _requests.Add((id, started));
            started.ContinueWith(
                t => _ends.Add(t.Result.Completion), default,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        private static string Outcome(Task task) => task.Exception?.InnerException?.Message ?? task.Status.ToString();

        private static IEnumerable<SimulatedStep> Stubborn(SimulatedCall call)
        {
            call.Trap(15);
            yield return SimulatedStep.Sleep(Timeout.InfiniteTimeSpan);
            yield return SimulatedStep.Sleep(TimeSpan.FromSeconds(3));
            yield return SimulatedStep.Exit(7);
        }
    }
}
