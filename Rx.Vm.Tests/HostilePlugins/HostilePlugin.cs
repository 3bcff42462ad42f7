using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using DynamicData;
using Rx.Vm.Guest;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Reactive;

namespace Rx.Vm.Tests.HostilePlugins;

/// <summary>Something an application plugs in that misbehaves, beside which a machine has to have its whole life.</summary>
/// <param name="Name">What it does.</param>
internal sealed record HostilePlugin(string Name)
{
    /// <summary>How it comes in by an option; null: not so.</summary>
    public Func<VmHostOptions, VmHostOptions> Option { get; init; } = static options => options;

    /// <summary>How it comes in by a stream, before the pod runs.</summary>
    public Action<VmHost, VirtualMachine> Attach { get; init; } = static (_, _) => { };

    /// <summary>How it comes in by a running pod.</summary>
    public Action<VmHost, VirtualMachine, Pod> Join { get; init; } = static (_, _, _) => { };

    /// <summary>Whether it may stay inside its Subscribe until the machine has gone.</summary>
    public bool Blocks => Name.Contains("blocks", StringComparison.Ordinal);

    public override string ToString() => Name;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostilePlugin> All { get; } = [.. Loggers(), .. Schedulers(), .. Observers()];

    private static IEnumerable<HostilePlugin> Loggers() =>
    [
        new("a Serilog logger that audits to a sink that throws") { Option = o => o with { Logger = HostileLoggers.Auditing() } },
        new("a Serilog logger that throws everywhere") { Option = o => o with { Logger = new HostileLoggers.Rude() } },
        new("a factory that makes no logger") { Option = o => o with { LoggerFactory = new HostileLoggers.Factory(makes: false) } },
        new("a factory of loggers that throw") { Option = o => o with { LoggerFactory = new HostileLoggers.Factory(makes: true) } },
    ];

    private static IEnumerable<HostilePlugin> Schedulers()
    {
        (string Name, Func<IScheduler> Make)[] kinds =
        [
            ("refuses", HostileSchedulers.Refusing), ("was disposed of", HostileSchedulers.Disposed),
            ("is immediate", () => ImmediateScheduler.Instance), ("is the current thread", () => CurrentThreadScheduler.Instance),
            ("thinks it is always now", HostileSchedulers.Hasty), ("throws at whatever it is asked", HostileSchedulers.Throwing),
            ("can't tell the time", HostileSchedulers.Timeless), ("can't cancel", HostileSchedulers.Unstoppable),
        ];
        foreach (var (name, make) in kinds)
        {
            yield return new($"a notify scheduler that {name}")
            {
                Option = o => o with { Schedulers = o.Schedulers with { Notify = make() } },
                Attach = (_, vm) => vm.States.Subscribe(_ => { }),
            };
            yield return new($"a time scheduler that {name}") { Option = o => o with { Schedulers = o.Schedulers with { Time = make() } } };
        }

        var (notify, time) = (new EventLoopScheduler(), new EventLoopScheduler());
        yield return new("schedulers that are disposed of while the machine runs")
        {
            Option = o => o with { Schedulers = new VmSchedulers(time, notify) },
            Attach = (_, vm) => vm.States.Subscribe(_ => { }),
            Join = (_, _, _) =>
            {
                notify.Dispose();
                time.Dispose();
            },
        };
        var (notifyCloses, timeCloses) = (new HostileSchedulers.Closable(), new HostileSchedulers.Closable());
        yield return new("schedulers that throw at whatever they are asked from some moment on")
        {
            Option = o => o with { Schedulers = new VmSchedulers(timeCloses, notifyCloses) },
            Attach = (_, vm) => vm.States.Subscribe(_ => { }),
            Join = (_, _, _) =>
            {
                notifyCloses.Dispose();
                timeCloses.Dispose();
            },
        };
        foreach (var inline in new IScheduler[] { ImmediateScheduler.Instance, CurrentThreadScheduler.Instance })
        {
            yield return new($"an observer that waits for the machine on {inline.GetType().Name}")
            {
                Option = o => o with { Schedulers = o.Schedulers with { Notify = inline } },
                Attach = (_, vm) => vm.States.Subscribe(_ => vm.Completion.Wait(TestContext.Current.CancellationToken)),
            };
        }
    }

    private static void MakeAnother(VmHost host)
    {
        if (host.Find("other") is null)
        {
            host.Create(new VmOptions { Id = "other" });
        }
    }

    private static IEnumerable<(string Name, Action<ProcessOutput, VirtualMachine> Read)> Readers()
    {
        static void Throw() => throw new InvalidOperationException("hostile reader");
        static void Block(VirtualMachine vm) => vm.Completion.Wait(TestContext.Current.CancellationToken);

        yield return ("an observer of output that throws", (output, _) => output.Subscribe(_ => Throw()));
        yield return ("an observer of output that throws at the end", (output, _) => output.Subscribe(_ => { }, Throw));
        yield return ("an observer of output that blocks", (output, vm) => Task.Run(() => output.Subscribe(_ => Block(vm))));
        yield return ("an observer of pieces that throws", (output, _) => output.From(0).Subscribe(_ => Throw()));
        yield return ("an observer of pieces that blocks", (output, vm) => Task.Run(() => output.From(0).Subscribe(_ => Block(vm))));
        yield return ("a sink of output that throws", (output, _) => output.CopyToAsync(_ => Throw()));
        yield return ("a sink of output that blocks", (output, vm) => Task.Run(() => output.CopyToAsync(_ => Block(vm))));
        yield return ("a stream for output that can't be written", (output, _) => output.CopyToAsync(new MemoryStream([])));
        yield return ("an enumeration of output that stops", (output, _) => output.ReadAsync().GetAsyncEnumerator().MoveNextAsync().AsTask());
        yield return ("a stream of output that nobody reads", (output, _) => output.OpenStream());
    }

    private static IEnumerable<HostilePlugin> Observers()
    {
        (string Name, Action<VmHost, VirtualMachine> Act)[] acts =
        [
            ("throws", (_, _) => throw new InvalidOperationException("hostile observer")),
            ("blocks until the machine has gone", (_, vm) => vm.Completion.Wait(TestContext.Current.CancellationToken)),
            ("subscribes again", (_, vm) => vm.States.Subscribe(_ => { })),
            ("asks the machine within a call", (_, vm) => vm.SignalAsync("none", 1, CancellationToken.None)),
            ("makes another machine within a call", (host, _) => MakeAnother(host)),
        ];
        foreach (var (name, act) in acts)
        {
            yield return new($"an observer of States that {name}") { Attach = (host, vm) => vm.States.Subscribe(_ => act(host, vm)) };
            yield return new($"an observer of Events that {name}") { Attach = (host, vm) => vm.Events.Subscribe(_ => act(host, vm)) };
            yield return new($"a follower of the fleet that {name}") { Attach = (host, vm) => host.Vms.Connect().Subscribe(_ => act(host, vm)) };
            yield return new($"a watcher of the fleet that {name}") { Attach = (host, vm) => host.Vms.Watch(vm.Id).Subscribe(_ => act(host, vm)) };
            yield return new($"a counter of the fleet that {name}") { Attach = (host, vm) => host.Vms.CountChanged.Skip(1).Subscribe(_ => act(host, vm)) };
            yield return new($"a previewer of the fleet that {name}") { Attach = (host, vm) => host.Vms.Preview().Subscribe(_ => act(host, vm)) };
        }

        yield return new("an observer that throws at the end")
        {
            Attach = (_, vm) => vm.States.Subscribe(_ => { }, () => throw new InvalidOperationException("hostile observer")),
        };
        yield return new("one observer subscribed twice")
        {
            Attach = (_, vm) =>
            {
                var observer = Observer.Create<VmState>(_ => throw new InvalidOperationException("hostile observer"));
                vm.States.Subscribe(observer);
                vm.States.Subscribe(observer);
            },
        };
        foreach (var (name, read) in Readers())
        {
            yield return new(name) { Join = (_, vm, pod) => read(pod.Containers[0].Streams.Output, vm) };
        }

        yield return new("a predicate of the fleet that throws")
        {
            Attach = (host, _) => host.Vms.Connect(_ => throw new InvalidOperationException("hostile predicate")).Subscribe(_ => { }, _ => { }),
        };
    }
}
