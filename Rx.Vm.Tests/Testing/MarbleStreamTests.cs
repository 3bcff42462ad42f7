using System.Collections.Immutable;
using System.Reactive.Disposables;
using System.Reactive.Linq;
using Rx.Vm.Lifecycle;
using Rx.Vm.Operations;
using Rx.Vm.Pods;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>The kit on this library's own streams: the inbox, deadlines, and whole machines.</summary>
public sealed class MarbleStreamTests
{
    [Fact]
    public void The_inbox_keeps_order_when_its_observer_posts() => Marble.Run(m =>
    {
        var inbox = new Inbox<int>(8, () => -1, _ => false);
        m.Expect(inbox).Reacting(x =>
        {
            if (x == 1)
            {
                inbox.OnNext(3);
            }
        }).ToBe("-(1324|)");
        m.At(TimeSpan.FromMilliseconds(1), () =>
        {
            inbox.OnNext(1);
            inbox.OnNext(2);
            inbox.OnNext(4);
            inbox.OnCompleted();
        });
    });

    [Fact]
    public void Deadlines_elapse_unless_a_later_set_has_dropped_them() => Marble.Run(m =>
    {
        var boot = new Deadline(1, DeadlineKind.Boot, TimeSpan.FromSeconds(60), TimeSpan.Zero);
        var ping = new Deadline(2, DeadlineKind.Ping, TimeSpan.FromSeconds(30), TimeSpan.Zero);
        var sets = m.Hot<ImmutableArray<Deadline>>("a 20s b", ("a", [boot]), ("b", [boot, ping]));
        m.Expect(Elapsed(sets, m)).ToBe("50001ms p 9998ms b", ("b", 1L), ("p", 2L));

        var dropped = m.Hot<ImmutableArray<Deadline>>("a 20s n", ("a", [boot]), ("n", []));
        m.Expect(Elapsed(dropped, m)).ToBe("");
    });

    [Fact]
    public void A_simulated_machine_lives_its_life_in_a_diagram() => Marble.Run(async m =>
    {
        await using var host = await OpenAsync(m);
        var vm = host.Create(new VmOptions { Id = "vm1" });
        m.Expect(Phases(vm)).ToBe("([Preparing][Booting]) 546ms [Starting] 105ms ([Running][Terminating]) 18ms ([Destroying][Gone]|)");
        var pod = await vm.RunPodAsync(Pod("echo", "hello"), TestContext.Current.CancellationToken);
        Assert.Equal([0], (await pod.Completion).ExitCodes);
        await vm.Completion;
    });

    [Fact]
    public void A_machine_that_never_gets_ready_is_given_up_after_its_boot_time() => Marble.Run(async m =>
    {
        await using var host = await OpenAsync(m, new SimulatedTimings { Boot = TimeSpan.FromHours(1) });
        var vm = host.Create(new VmOptions { Id = "vm1" });
        m.Expect(vm.States.Select(s => s.Reason).DistinctUntilChanged()).ToBe("[None] 59999ms [BootTimedOut] 19ms |");
        await Assert.ThrowsAsync<VmFailedException>(() => vm.RunPodAsync(Pod("true"), TestContext.Current.CancellationToken));
        Assert.Equal(60_000, m.Frame);
        await vm.Completion;
    });

    [Fact]
    public void A_recorder_of_a_machine_gives_a_diagram_that_passes_as_a_test()
    {
        string? diagram = null;
        Marble.Run(async m =>
        {
            await using var host = await OpenAsync(m);
            var vm = host.Create(new VmOptions { Id = "vm1" });
            var recorder = MarbleRecorder<VmPhase>.Of(Phases(vm), m.Scheduler);
            await vm.RunPodAsync(Pod("echo", "hello"), TestContext.Current.CancellationToken);
            await vm.Completion;
            m.Verify(() => diagram = Marbles.Render(recorder.ToRecording(), frame: TimeSpan.FromTicks(1)).Diagram);
        });
        Marble.Run(
            async m =>
            {
                await using var host = await OpenAsync(m);
                var vm = host.Create(new VmOptions { Id = "vm1" });
                m.Expect(Phases(vm)).ToBe(diagram!);
                await vm.RunPodAsync(Pod("echo", "hello"), TestContext.Current.CancellationToken);
                await vm.Completion;
            },
            new MarbleOptions { Frame = TimeSpan.FromTicks(1) });
    }

    private static IObservable<long> Elapsed(IObservable<ImmutableArray<Deadline>> sets, MarbleRun m) => Observable.Create<long>(observer =>
    {
        var runner = new OperationRunner<Deadline, VmEvent>(d => d.Id, new DeadlineTimers(m.Scheduler, () => null).Wait, fault => throw fault);
        return new CompositeDisposable(runner.Select(e => e.Token).Subscribe(observer), sets.Subscribe(runner.Follow), runner);
    });

    private static IObservable<VmPhase> Phases(VirtualMachine vm) => vm.States.Select(s => s.Phase).DistinctUntilChanged();

    private static PodSpec Pod(params string[] command) =>
        new() { Id = "pod1", Containers = [new ContainerSpec { Image = "busybox", Command = [.. command] }] };

    private static ValueTask<VmHost> OpenAsync(MarbleRun m, SimulatedTimings? timings = null) => VmHost.OpenAsync(new VmHostOptions
    {
        Driver = new SimulatedDriver(m.Scheduler, new SimulatedSettings { InlineContinuations = true, Timings = timings ?? new() }),
        Schedulers = m.Schedulers,
        InlineContinuations = true,
    });
}
