using Rx.Vm.Devices;
using Rx.Vm.Lifecycle;
using Rx.Vm.Tests.Lifecycle.Search;
using E = Rx.Vm.Lifecycle.VmEffects;
using K = Rx.Vm.Lifecycle.VmEventKind;

namespace Rx.Vm.Tests.Lifecycle;

/// <summary>Something good always happens in the end: with a silent world by the deadlines, with a polite one without them.</summary>
[Slow]
public class LifecycleLivenessTests(ITestOutputHelper output)
{
    private const E Failures = E.FailRunPod | E.FailStopPod | E.FailCall | E.FailCalls | E.KillProcess;

    [Fact]
    public void A_machine_nobody_answers_is_gone_within_the_sum_of_its_timeouts()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 4);
        var silence = new Silence(search, VmReducer.Reduce, new VmTimeouts());
        var slowest = search.States.GroupBy(s => s.Phase).ToDictionary(g => g.Key, g => g.Max(silence.Longest));

        foreach (var (phase, time) in slowest.OrderBy(p => p.Key))
        {
            output.WriteLine($"{phase,-12} {time.TotalSeconds,4} s");
        }

        Assert.Empty(silence.Stuck);
        Assert.Equal(
            new Dictionary<VmPhase, TimeSpan>
            {
                [VmPhase.Preparing] = TimeSpan.Zero,
                [VmPhase.Booting] = TimeSpan.FromSeconds(1800 + 10 + 60), // queue, kill, release; with its turn come: boot, kill, release
                [VmPhase.Init] = TimeSpan.FromSeconds(30 + 30 + 10 + 10 + 60), // ping, pong, quit, kill, release
                [VmPhase.Starting] = TimeSpan.FromSeconds(60 + 10 + 10 + 10 + 60), // start, destroy, quit, kill, release
                [VmPhase.Running] = TimeSpan.FromSeconds(30 + 30 + 10 + 10 + 60), // ping, pong, quit, kill, release
                [VmPhase.Stopping] = TimeSpan.FromSeconds(30 + 10 + 10 + 10 + 60), // stop, destroy, quit, kill, release
                [VmPhase.Cleaning] = TimeSpan.FromSeconds(30 + 10 + 10 + 60), // stop, quit, kill, release
                [VmPhase.Terminating] = TimeSpan.FromSeconds(10 + 10 + 10 + 60), // destroy, quit, kill, release
                [VmPhase.Destroying] = TimeSpan.FromSeconds(10 + 10 + 60), // quit, kill, release
                [VmPhase.Gone] = TimeSpan.Zero,
            },
            slowest);
    }

    // Whatever state the machine is in, a kill is over after its own deadline and that of the release.
    [Fact]
    public void A_killed_machine_is_gone_within_two_deadlines()
    {
        var times = new VmTimeouts();
        var search = StateSearch.Run(VmReducer.Reduce, devices: 4);
        var silence = new Silence(search, VmReducer.Reduce, times);
        Assert.All(search.States, s =>
        {
            var killed = VmReducer.Reduce(s, new(K.KillRequested)).Next;
            Assert.True(silence.Longest(killed) <= times.Kill + times.Release, s.Words());
        });
        Assert.Empty(silence.Stuck);
    }

    [Fact]
    public void In_a_polite_world_everything_asked_is_done_and_no_deadline_is_needed()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 4);
        var longest = search.States.Max(AssertPolitelyDone);
        output.WriteLine($"{search.Count:N0} states, at rest after {longest} events at most");
    }

    [Fact]
    public void In_a_polite_world_every_machine_can_be_shut_down()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 4);
        Assert.All(search.States.Where(s => s.Phase != VmPhase.Gone), s =>
        {
            var (end, effects) = Polite(s.On(K.ShutdownRequested), out _);
            Assert.Equal((VmPhase.Gone, true), (end.Phase, effects.HasFlag(E.CompleteShutdown) || effects.HasFlag(E.CompleteRequest)));
        });
    }

    // A launch that outlasts the kill: the process must not live on after it was given up.
    [Fact]
    public void A_process_that_comes_up_after_it_was_given_up_is_killed()
    {
        var search = StateSearch.Run(VmReducer.Reduce, devices: 1);
        var ending = search.States.Where(s => s is { Phase: VmPhase.Destroying, Process: ProcessStatus.Launching or ProcessStatus.Lost }).ToList();
        Assert.NotEmpty(ending);
        Assert.All(ending, s => Assert.True(s.On(K.ProcessStarted).Effects.HasFlag(E.KillProcess), s.Words()));
    }

    private static int AssertPolitelyDone(VmCore s)
    {
        var (end, effects) = Polite(new Transition(s), out var events);
        Assert.True(end.Phase is VmPhase.Preparing or VmPhase.Init or VmPhase.Running or VmPhase.Gone, $"{s.Words()} rests in {end.Words()}");
        Assert.True(s.Phase >= VmPhase.Terminating || (effects & Failures) == 0, $"{s.Words()} has {effects}");
        Assert.Equal(0, end.Calls);
        Assert.Equal(VmFlags.None, end.Flags & (VmFlags.RunPending | VmFlags.StopPending | VmFlags.ShutdownPending));
        Assert.Equal(s.Phase >= VmPhase.Terminating, end.Phase == VmPhase.Gone);
        return events;
    }

    private static (VmCore End, E Effects) Polite(Transition t, out int events)
    {
        var effects = t.Effects;
        for (events = 0; PoliteAnswer(t.Next) is { } input; events++)
        {
            Assert.True(events < 100, $"no rest in {t.Next.Words()}");
            t = VmReducer.Reduce(t.Next, input);
            effects |= t.Effects;
        }

        return (t.Next, effects);
    }

    /// <summary>What a world that does what it is asked to would say next; null when it owes nothing.</summary>
    private static VmInput? PoliteAnswer(VmCore s) => s.Phase switch
    {
        VmPhase.Booting when s.Process == ProcessStatus.Launching => new(K.ProcessStarted),
        VmPhase.Booting => new(s.Has(VmFlags.QmpReady) ? K.GuestReady : K.QmpConnected),
        VmPhase.Starting when s.Devices.AnyAdding => new(K.DeviceAdded, First(s, DeviceStatus.Adding)),
        VmPhase.Starting => new(K.PodStartAcked),
        VmPhase.Running or VmPhase.Stopping or VmPhase.Cleaning when s.Calls > 0 => new(K.CallAcked),
        VmPhase.Init or VmPhase.Running => s.Armed.Has(DeadlineKind.Pong) ? new(K.PingAcked) : null,
        VmPhase.Stopping => new(K.PodStopAcked),
        VmPhase.Cleaning when !s.Devices.IsEmpty => new(K.DeviceRemoved, First(s, DeviceStatus.Removing)),
        VmPhase.Cleaning => new(K.RescanAcked),
        VmPhase.Terminating when !s.Has(VmFlags.QuitSent) => new(K.PodDestroyAcked),
        VmPhase.Terminating => new(K.ProcessExited),
        VmPhase.Destroying when VmInvariants.Ended(s.Process) => new(K.ResourcesReleased),
        VmPhase.Destroying => new(K.ProcessExited, s.Has(VmFlags.KillSent) ? 137 : 0),
        VmPhase.Preparing or VmPhase.Gone => null,
    };

    private static int First(VmCore s, DeviceStatus status) =>
        Enumerable.Range(0, DeviceSet.Capacity).First(slot => s.Devices[slot] == status);
}
