using System.Reactive.Concurrency;
using DynamicData;
using Rx.Vm.Lifecycle;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;
using Rx.Vm.Tests.Testing;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Machines that come while others, or the host, go.</summary>
public class HostRaceTests
{
    /// <summary>A machine is held up in its making, by a clock that pauses, while the host is disposed of.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_machine_made_while_the_host_is_disposed_of_is_refused_or_ends_with_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var real = VmSchedulers.Real;
        var clock = new PausingClock(real.Time);
        var driver = new SimulatedDriver(real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
        var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver, Schedulers = real with { Time = clock } }, ct);
        clock.Pause();
        var making = Task.Run(() => host.Start(new VmOptions { Id = "late" }), ct);
        await clock.Paused.WaitAsync(ct);

        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), ct);
        clock.GoOn();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => making);
        Assert.Null(host.Find("late"));
        Assert.Equal(0, driver.Alive);
    }

    [Fact]
    public void An_id_used_again_at_once_shows_the_new_machine()
    {
        var notify = new Microsoft.Reactive.Testing.TestScheduler();
        var world = new SimulatedWorld(new SimulatedSettings(), notify);
        var seen = new List<string>();
        world.Host.Vms.Connect().Subscribe(changes => seen.AddRange(changes.Select(c => $"{c.Reason} {c.Current.Phase}")));
        var first = world.Create();
        var gone = first.Completion;
        SimulatedWorld.Now(first.ShutDown());
        Assert.True(gone.IsCompleted);

        // Nothing of the first has been delivered yet.
        var second = world.Booted();
        notify.Start();

        Assert.NotSame(first, second);
        Assert.Equal(VmPhase.Init, world.Host.Vms.Lookup("vm1").Value.Phase);
        Assert.DoesNotContain("Update Gone", seen);
        var ending = second.ShutDown();
        world.Advance(30);
        SimulatedWorld.Now(ending);
        notify.Start();
        Assert.Empty(world.Host.Vms.Items);
    }

    private sealed class PausingClock(IScheduler inner) : IScheduler
    {
        private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();
        private volatile bool _pauses;

        public Task Paused => _paused.Task;

        public DateTimeOffset Now
        {
            get
            {
                if (_pauses)
                {
                    _pauses = false;
                    _paused.TrySetResult();
                    _goOn.Wait();
                }

                return inner.Now;
            }
        }

        public void Pause() => _pauses = true;

        public void GoOn() => _goOn.Set();

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action) => inner.Schedule(state, action);

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            inner.Schedule(state, dueTime, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            inner.Schedule(state, dueTime, action);
    }
}
