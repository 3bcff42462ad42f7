using System.Reactive.Concurrency;
using System.Reactive.Linq;
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

    /// <summary>A follower that takes its time for each change set.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_slow_follower_of_the_fleet_hears_of_the_end_of_every_machine_before_its_host_is_gone()
    {
        var ct = TestContext.Current.CancellationToken;
        var real = VmSchedulers.Real;
        var driver = new SimulatedDriver(real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
        var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver }, ct);
        var seen = new List<ChangeReason>();
        using var hurry = new ManualResetEventSlim();
        host.Vms.Connect().Subscribe(changes =>
        {
            hurry.Wait(TimeSpan.FromMilliseconds(50), ct);
            seen.AddRange(changes.Select(change => change.Reason));
        });
        await host.Create(new VmOptions { Id = "vm" }).BootAsync(ct);

        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), ct);

        Assert.Equal(ChangeReason.Remove, seen[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_two_machines_of_one_id_that_are_made_at_once_the_second_touches_nothing_of_the_first()
    {
        var ct = TestContext.Current.CancellationToken;
        var path = Path.Combine(Path.GetTempPath(), $"rxvm-{Guid.NewGuid():N}.journal");
        var real = VmSchedulers.Real;
        var clock = new PausingClock(real.Time);
        var driver = new SimulatedDriver(real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
        await using var host = await VmHost.OpenAsync(new VmHostOptions { Driver = driver, Schedulers = real with { Time = clock } }, ct);
        clock.Pause();
        var making = Task.Run(() => host.Create(new VmOptions { Id = "same", JournalPath = path }), ct);
        await clock.Paused.WaitAsync(ct);

        Assert.Throws<RxVmException>(() => host.Create(new VmOptions { Id = "same", JournalPath = path }));
        Assert.Null(host.Find("same"));
        clock.GoOn();

        var vm = await making.WaitAsync(ct);
        Assert.Same(vm, host.Find("same"));
        await vm.ShutdownAsync(ct);
        await vm.Journal.Closed.WaitAsync(ct);
        Assert.Equal("same", Rx.Vm.Journal.JournalFile.Read(path).Header.VmId);
        File.Delete(path);
    }

    [Fact]
    public void An_id_whose_machine_can_not_be_made_is_free_again()
    {
        var world = new SimulatedWorld();

        Assert.Throws<Rx.Vm.Journal.JournalException>(() => world.Host.Create(new VmOptions { Id = "x", JournalPath = "/dev/null" }));

        Assert.NotNull(world.Host.Create(new VmOptions { Id = "x" }));
    }

    /// <summary>An observer is called while the state is being published, on another thread.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Whoever_hears_that_a_machine_has_gone_may_use_its_id_at_once()
    {
        var ct = TestContext.Current.CancellationToken;
        var real = VmSchedulers.Real;
        var driver = new SimulatedDriver(real.Time, new SimulatedSettings { Timings = SimulatedTimings.Instant });
        await using var host = await VmHost.OpenAsync(
            new VmHostOptions { Driver = driver, Schedulers = real with { Notify = new WaitingScheduler() } }, ct);
        var second = new TaskCompletionSource<VirtualMachine>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = host.Create(new VmOptions { Id = "same" });
        first.States.Where(state => state.IsTerminal).Subscribe(_ =>
        {
            try
            {
                second.TrySetResult(host.Create(new VmOptions { Id = "same" }));
            }
            catch (Exception refusal)
            {
                second.TrySetException(refusal);
            }
        });

        await first.ShutdownAsync(ct);

        Assert.Same(host.Find("same"), await second.Task.WaitAsync(ct));
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

    /// <summary>Runs everything on another thread, and waits for it.</summary>
    private sealed class WaitingScheduler : IScheduler
    {
        public DateTimeOffset Now => VmSchedulers.Real.Time.Now;

        public IDisposable Schedule<TState>(TState state, Func<IScheduler, TState, IDisposable> action)
        {
            var thread = new Thread(() => action(this, state));
            thread.Start();
            thread.Join();
            return System.Reactive.Disposables.Disposable.Empty;
        }

        public IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, action);

        public IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
            Schedule(state, action);
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
