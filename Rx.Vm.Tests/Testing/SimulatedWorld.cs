using System.Reactive.Concurrency;
using System.Text;
using Microsoft.Reactive.Testing;
using Rx.Vm.Lifecycle;
using Rx.Vm.Pods;
using Rx.Vm.Reactive;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Testing;

/// <summary>A host of simulated machines in virtual time: the whole pipeline, on one thread, without a file or a process.</summary>
internal sealed class SimulatedWorld
{
    public SimulatedWorld(params SimulatedFault[] faults)
        : this(new SimulatedSettings { Faults = [.. faults] })
    {
    }

    public SimulatedWorld(SimulatedSettings settings, IScheduler? notify = null, int? bootsAtOnce = null)
    {
        // A test runner's context would send continuations to other threads.
        SynchronizationContext.SetSynchronizationContext(null);
        Driver = new SimulatedDriver(Scheduler, settings with { InlineContinuations = true });
        Host = Now(VmHost.OpenAsync(new VmHostOptions
        {
            Driver = Driver,
            Schedulers = new VmSchedulers(Scheduler, notify ?? Scheduler),
            InlineContinuations = true,
            BootsAtOnce = bootsAtOnce,
        }).AsTask());
    }

    public OneThreadScheduler Scheduler { get; } = new();

    public SimulatedDriver Driver { get; }

    public VmHost Host { get; }

    public static ContainerSpec Container(params string[] command) => new() { Image = "busybox", Command = [.. command] };

    public static PodSpec Pod(params string[] command) => Pod([Container(command)]);

    public static PodSpec Pod(params ContainerSpec[] containers) => new() { Id = "pod1", Containers = [.. containers] };

    public VirtualMachine Create(KeepMode keep = KeepMode.None, VmTimeouts? timeouts = null, string id = "vm1") =>
        Host.Create(new VmOptions { Id = id, Keep = keep, Timeouts = timeouts ?? new VmTimeouts() });

    /// <summary>A machine that runs <paramref name="pod"/>; time stands where it began to.</summary>
    public (VirtualMachine Vm, Pod Pod) Running(PodSpec pod, KeepMode keep = KeepMode.None)
    {
        var vm = Create(keep);
        var started = vm.Run(pod);
        AdvanceUntil(() => started.IsCompleted, TimeSpan.FromSeconds(5));
        return (vm, Now(started));
    }

    /// <summary>A machine without a pod, booted.</summary>
    public VirtualMachine Booted(KeepMode keep = KeepMode.None)
    {
        var vm = Create(keep);
        Now(vm.Boot());
        AdvanceUntil(() => vm.State.Phase == VmPhase.Init, TimeSpan.FromSeconds(5));
        return vm;
    }

    public void Advance(TimeSpan time)
    {
        Scheduler.AdvanceBy(time.Ticks);
        Assert.True(Scheduler.Strayed is null, $"work has left the thread of virtual time: {Scheduler.Strayed}");
    }

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Advances until something holds; fails when it doesn't within <paramref name="limit"/>.</summary>
    public void AdvanceUntil(Func<bool> holds, TimeSpan limit)
    {
        var end = Scheduler.Clock + limit.Ticks;
        while (!holds())
        {
            Assert.True(Scheduler.Clock < end, $"nothing came of it within {limit}");
            Scheduler.AdvanceBy(TimeSpan.TicksPerMillisecond / 10);
        }
    }

    /// <summary>The result of a task that must have completed.</summary>
    public static T Now<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted, "the task has not completed");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>As the other, without a result.</summary>
    public static void Now(Task task)
    {
        Assert.True(task.IsCompleted, "the task has not completed");
        task.GetAwaiter().GetResult();
    }

    /// <summary>The exception of a task that must have failed.</summary>
    public static T Failure<T>(Task task)
        where T : Exception
    {
        Assert.True(task.IsFaulted, $"the task is {task.Status}");
        return Assert.IsType<T>(task.Exception!.InnerException);
    }

    /// <summary>Collects what a stream puts out from now on, with its end.</summary>
    public static StringBuilder Collect(IObservable<ReadOnlyMemory<byte>> stream)
    {
        var text = new StringBuilder();
        stream.Subscribe(bytes => text.Append(Encoding.UTF8.GetString(bytes.Span)), () => text.Append('∎'));
        return text;
    }

    /// <summary>Records the states of <paramref name="vm"/> from now on.</summary>
    public static StateTrace Trace(VirtualMachine vm) => new(vm.States);
}
