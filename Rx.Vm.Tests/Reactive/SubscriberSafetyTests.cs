using System.Reactive;
using System.Reactive.Disposables;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;
using static Rx.Vm.Tests.Testing.SimulatedWorld;

namespace Rx.Vm.Tests.Reactive;

/// <summary>
/// Subscribers can't hurt a machine, nor one another: whole lives of simulated machines with a bad subscriber in every
/// position. On one virtual thread an escaping exception would leave through the scheduler and fail the test.
/// </summary>
public class SubscriberSafetyTests
{
    private const string Undisturbed =
        """
        0 Preparing
        0 Booting
        550 Starting
        656 Running
        1656 Terminating PodFinished
        1678 Destroying PodFinished
        1678 Gone PodFinished
        """;

    public enum Bad
    {
        ThrowsAtOnce,
        ThrowsLater,
        ThrowsAtTheEnd,
        DisposesItself,
        DisposesItsNeighbour,
        SubscribesAnother,
        AsksWithinACall,
    }

    public static TheoryData<Bad, int> Cases
    {
        get
        {
            var cases = new TheoryData<Bad, int>();
            foreach (var bad in Enum.GetValues<Bad>())
            {
                for (var position = 0; position < 3; position++)
                {
                    cases.Add(bad, position);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bad_subscriber_of_States_harms_nobody_else(Bad bad, int position)
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var good = new List<StateTrace>();
        var neighbour = new SingleAssignmentDisposable();
        for (var i = 0; i < 3; i++)
        {
            if (i == position)
            {
                Misbehave(world, vm, bad, neighbour);
            }
            else
            {
                good.Add(Trace(vm));
            }
        }

        neighbour.Disposable = vm.States.Subscribe(_ => { });
        var started = vm.Run(Pod("sleep", "1"));
        world.Advance(3);

        Assert.Equal(0, Now(Now(started).Completion).ExitCode);
        Assert.All(good, trace => Assert.True(trace.IsCompleted));
        Assert.All(good, trace => Assert.Equal(Undisturbed, trace.Text));
        Assert.Equal((0, 0), (world.Driver.Alive, world.Driver.Held));
        Assert.Null(world.Host.Find("vm1"));
    }

    [Fact]
    public void A_subscriber_that_throws_is_called_no_more()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var calls = 0;
        vm.States.Subscribe(_ =>
        {
            calls++;
            throw new InvalidOperationException("bad");
        });

        Now(vm.Boot());
        world.Advance(2);

        Assert.Equal(1, calls);
    }

    [Fact]
    public void A_subscriber_of_Events_that_throws_harms_nobody()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var trace = Trace(vm);
        vm.Events.Subscribe(_ => throw new InvalidOperationException("bad"));
        var steps = 0;
        vm.Events.Subscribe(_ => steps++);

        vm.Run(Pod("sleep", "1"));
        world.Advance(3);

        Assert.Equal(Undisturbed, trace.Text);
        Assert.InRange(steps, 12, 30);
    }

    [Fact]
    public void A_follower_of_the_fleet_that_throws_neither_stops_the_machine_nor_keeps_it_in_the_fleet()
    {
        var world = new SimulatedWorld();
        world.Host.Vms.Connect().Subscribe(_ => throw new InvalidOperationException("bad"));
        var sets = 0;
        world.Host.Vms.Connect().Subscribe(_ => sets++);
        var vm = world.Create();
        var trace = Trace(vm);

        vm.Run(Pod("sleep", "1"));
        world.Advance(3);

        Assert.Equal(Undisturbed, trace.Text);
        Assert.Null(world.Host.Find("vm1"));
        Assert.Empty(world.Host.Vms.Items);
        Assert.True(sets > 6, $"{sets} change sets");
    }

    [Fact]
    public void A_subscriber_of_output_that_throws_ends_its_own_stream_only()
    {
        var world = new SimulatedWorld();
        var (vm, pod) = world.Running(Pod(Container("sh", "-c", "echo a; sleep 1; echo b"), Container("sh", "-c", "sleep 1; echo c")));
        pod.Containers[0].Streams.Output.Subscribe(_ => throw new InvalidOperationException("bad"));
        var other = Collect(pod.Containers[1].Streams.Output);

        world.Advance(3);

        Assert.Equal("c\n∎", other.ToString());
        Assert.Equal([0, 0], Now(pod.Completion).ExitCodes);
        Assert.Equal(VmPhase.Gone, vm.State.Phase);
    }

    [Fact]
    public void A_stuck_subscriber_gets_the_newest_states_in_order_and_sees_what_it_missed()
    {
        // Observers have a scheduler of their own that stands still: nobody waits for it, and nothing grows without bound.
        var notify = new TestScheduler();
        var world = new SimulatedWorld(new SimulatedSettings { Timings = SimulatedTimings.Instant }, notify);
        var vm = world.Create(KeepMode.AfterFinish);
        var trace = Trace(vm);
        Now(vm.Boot());

        for (var i = 0; i < 1000; i++)
        {
            Now(Now(vm.Run(Pod("true") with { Id = $"pod-{i}" })).Completion);
        }

        Now(vm.ShutDown());
        Assert.Equal(VmPhase.Gone, vm.State.Phase);
        Assert.Empty(trace.States);
        notify.Start();

        Assert.True(trace.IsCompleted);
        Assert.Equal(1024, trace.States.Count);
        Assert.Equal(vm.State, trace.States[^1]);
        Assert.True(trace.States[0].Sequence > 2000);
    }

    [Fact]
    public void Nothing_is_heard_after_disposal_and_disposing_twice_is_harmless()
    {
        var world = new SimulatedWorld();
        var vm = world.Create();
        var heard = 0;
        var subscription = vm.States.Subscribe(_ => heard++);
        Now(vm.Boot());
        world.Advance(0.1);
        Assert.True(heard > 0);

        subscription.Dispose();
        subscription.Dispose();
        var before = heard;
        world.Advance(2);

        Assert.Equal(before, heard);
    }

    [Fact]
    public void No_exception_of_a_bad_subscriber_is_left_behind_in_a_task()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> handler = (_, e) => unobserved.Add(e.Exception);
        TaskScheduler.UnobservedTaskException += handler;
        try
        {
            foreach (var bad in Enum.GetValues<Bad>())
            {
                A_bad_subscriber_of_States_harms_nobody_else(bad, 1);
            }

            A_subscriber_of_output_that_throws_ends_its_own_stream_only();
            A_follower_of_the_fleet_that_throws_neither_stops_the_machine_nor_keeps_it_in_the_fleet();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= handler;
        }

        Assert.DoesNotContain(unobserved, e => e.ToString().Contains("bad", StringComparison.Ordinal));
    }

    private static void Misbehave(SimulatedWorld world, VirtualMachine vm, Bad bad, IDisposable neighbour)
    {
        var own = new SingleAssignmentDisposable();
        var count = 0;
        own.Disposable = vm.States.Subscribe(Observer.Create<VmState>(
            state =>
            {
                count++;
                switch (bad)
                {
                    case Bad.ThrowsAtOnce:
                    case Bad.ThrowsLater when state.Phase == VmPhase.Running:
                        throw new InvalidOperationException("bad");
                    case Bad.DisposesItself when count == 3:
                        own.Dispose();
                        break;
                    case Bad.DisposesItsNeighbour when count == 3:
                        neighbour.Dispose();
                        break;
                    case Bad.SubscribesAnother:
                        vm.States.Subscribe(_ => { });
                        break;
                    case Bad.AsksWithinACall:
                        // Refused, or already so; all of it from inside a notification.
                        _ = vm.Run(Pod("true") with { Id = "other" }).Exception;
                        _ = vm.Boot().Exception;
                        _ = world.Host.Find("vm1")?.State;
                        break;
                }
            },
            _ => { },
            () =>
            {
                if (bad == Bad.ThrowsAtTheEnd)
                {
                    throw new InvalidOperationException("bad");
                }
            }));
    }
}
