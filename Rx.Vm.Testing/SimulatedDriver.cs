using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reactive.Concurrency;
using Rx.Vm.Qemu;
using Rx.Vm.Testing.Simulation;

namespace Rx.Vm.Testing;

/// <summary>
/// Simulated machines: no process and no kernel, but the real bytes of QMP and of the guest protocol on in-memory connections, on any
/// scheduler. Containers run small programs written in C#. Under a virtual-time scheduler, with inline continuations, a whole life of a
/// machine is one deterministic run on one thread.
/// </summary>
/// <example>
/// <code>
/// var scheduler = new TestScheduler();
/// var settings = new SimulatedSettings { InlineContinuations = true };
/// await using var host = await VmHost.OpenAsync(new VmHostOptions
/// {
///     Driver = new SimulatedDriver(scheduler, settings),
///     Schedulers = VmSchedulers.Single(scheduler),
///     InlineContinuations = true,
/// });
/// </code>
/// </example>
public sealed class SimulatedDriver : IMachineDriver
{
    private readonly ConcurrentDictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Machine> _left = new(StringComparer.Ordinal);
    private readonly IScheduler _scheduler;
    private readonly Func<MachineSpec, SimulatedSettings> _settings;
    private int _started;
    private int _alive;
    private int _held;
    private Exception? _fault;

    /// <summary>A driver whose machines are all alike.</summary>
    /// <param name="scheduler">The clock of the machines, and where they run.</param>
    /// <param name="settings">What they are like; null for the defaults.</param>
    public SimulatedDriver(IScheduler scheduler, SimulatedSettings? settings = null)
        : this(scheduler, Always(settings ?? new SimulatedSettings()))
    {
    }

    /// <summary>A driver that decides for each machine what it is like.</summary>
    /// <param name="scheduler">The clock of the machines, and where they run.</param>
    /// <param name="settings">Called once for each start.</param>
    public SimulatedDriver(IScheduler scheduler, Func<MachineSpec, SimulatedSettings> settings)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(settings);
        _scheduler = scheduler;
        _settings = settings;
    }

    /// <inheritdoc/>
    public MachineNeeds Needs => MachineNeeds.None;

    /// <summary>How many machines were started.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>How many processes run.</summary>
    public int Alive => Volatile.Read(ref _alive);

    /// <summary>How many machines were handed out and neither disposed to the end nor detached: the leases.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>
    /// The first thing that went wrong within the simulation itself, not by a fault that was asked for; null when nothing did. The machine
    /// it happened in has ended with an exit code of 70.
    /// </summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <inheritdoc/>
    public async ValueTask<IMachine> StartAsync(MachineSpec spec, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ct.ThrowIfCancellationRequested();
        MakeRoomFor(spec.Id);
        var settings = _settings(spec);
        var machine = new Machine(this, spec, settings, _scheduler);
        var hangs = machine.Faults.Take(SimulatedFaultKind.StartHangs) is not null;
        var time = hangs ? Timeout.InfiniteTimeSpan : settings.Timings.ProcessStart;
        var late = machine.Faults.Take(SimulatedFaultKind.StartLate);
        await Delay.For(
            time + (late?.After ?? TimeSpan.Zero), _scheduler, settings.InlineContinuations, late is null ? ct : CancellationToken.None)
            .ConfigureAwait(false);
        if (machine.Faults.Take(SimulatedFaultKind.StartRefused) is { } refusal)
        {
            var exit = MachineExit.WithCode(refusal.Value ?? 1, "simulated: refused to start");
            throw new MachineStartException(
                spec.Id, MachineStartFailure.DiedAtStart, $"the simulated machine ended at its start with {exit.Summary}", exit);
        }

        Interlocked.Increment(ref _started);
        Interlocked.Increment(ref _alive);
        Interlocked.Increment(ref _held);
        _machines[spec.Id] = machine;
        machine.Run();
        return machine;
    }

    /// <summary>A simulated machine does not outlive the program that simulates it, so there is never one to attach to.</summary>
    /// <inheritdoc/>
    public ValueTask<IMachine?> AttachAsync(MachineRecord record, CancellationToken ct = default) => new((IMachine?)null);

    /// <summary>Lets something go wrong in a machine that was started: now, or when its occasion comes.</summary>
    /// <param name="machineId">The machine.</param>
    /// <param name="fault">What; <see cref="SimulatedFault.At"/> is not looked at.</param>
    /// <exception cref="ArgumentException">No such machine was started, or it was released.</exception>
    public void Inject(string machineId, SimulatedFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        Find(machineId).Inject(fault);
    }

    /// <summary>
    /// The process of the host ends, as by SIGKILL: all connections close, and each machine ends with it or runs on, as
    /// <see cref="MachineSpec.WhenProcessDies"/> says. <see cref="FindLeftoversAsync"/> tells what is left. The host that owned the
    /// machines is dead from now on: what it still asks for reaches none of them.
    /// </summary>
    public void HostDies()
    {
        foreach (var machine in _machines.Values)
        {
            _left[machine.Id] = machine;
            machine.LoseHost();
        }
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Leftover>> FindLeftoversAsync(CancellationToken ct = default) =>
        new([.. _left.Values.Select(Describe).OrderBy(leftover => leftover.Id, StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(Leftover leftover, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(leftover);
        if (!_left.TryGetValue(leftover.Id, out var machine))
        {
            return !(_machines.TryGetValue(leftover.Id, out var other) && other.IsAlive);
        }

        if (machine.IsAlive)
        {
            if (Describe(machine) != leftover)
            {
                return false;
            }

            machine.EndHard();
            await machine.Exited.WaitAsync(ct).ConfigureAwait(false);
        }

        _left.TryRemove(KeyValuePair.Create(leftover.Id, machine));
        return true;
    }

    /// <summary>The machine of that id, until it is released.</summary>
    internal Machine Find(string machineId) => _machines.TryGetValue(machineId, out var machine)
        ? machine
        : throw new ArgumentException($"there is no machine '{machineId}'", nameof(machineId));

    internal void Failed(Exception fault) => Interlocked.CompareExchange(ref _fault, fault, null);

    internal void Ended() => Interlocked.Decrement(ref _alive);

    internal void LetGo(Machine machine)
    {
        Interlocked.Decrement(ref _held);
        _machines.TryRemove(KeyValuePair.Create(machine.Id, machine));
    }

    private static Leftover Describe(Machine machine) => new(
        machine.Id,
        $"/simulated/{machine.Id}",
        !machine.IsAlive ? LeftoverKind.Dead
            : machine.WhenProcessDies == WhenProcessDies.Keep ? LeftoverKind.Kept : LeftoverKind.Orphan,
        null,
        "simulated");

    // As a real start does: what dead machines left is swept, and a live one keeps its name.
    private void MakeRoomFor(string id)
    {
        foreach (var dead in _left.Where(entry => !entry.Value.IsAlive))
        {
            _left.TryRemove(dead);
        }

        if (_left.ContainsKey(id))
        {
            throw new MachineStartException(id, MachineStartFailure.Directory, $"a machine named '{id}' already runs");
        }
    }

    private static Func<MachineSpec, SimulatedSettings> Always(SimulatedSettings settings) => _ => settings;
}
