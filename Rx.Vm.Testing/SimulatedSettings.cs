using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Vm.Testing;

/// <summary>What a simulated machine is like.</summary>
public sealed record SimulatedSettings
{
    private readonly ListField<SimulatedFault> _faults = ImmutableArray<SimulatedFault>.Empty;
    private readonly MapField<ImmutableDictionary<string, SimulatedProgram>, string, SimulatedProgram> _programs = new(SimulatedPrograms.Default);
    private readonly ListField<string> _features =
        ImmutableArray.Create("pipes", "user", "serial-disk", "overlay", "exit-frame", "stdin-eof", "signal", "wide", "window",
            "exec-signal", "ends", "ids");

    /// <summary>How long everything takes.</summary>
    public SimulatedTimings Timings { get; init; } = new();

    /// <summary>What goes wrong; further faults can be injected while a machine lives.</summary>
    public ImmutableArray<SimulatedFault> Faults { get => _faults; init => _faults = value; }

    /// <summary>
    /// The programs that containers can run, by the last part of their path. Default: <see cref="SimulatedPrograms.Default"/>.
    /// </summary>
    public ImmutableDictionary<string, SimulatedProgram> Programs { get => _programs.Map!; init => _programs = new(value); }

    /// <summary>
    /// What the guest announces, by the names of the guest protocol: <c>pipes</c>, <c>user</c>, <c>serial-disk</c>, <c>overlay</c>,
    /// <c>exit-frame</c>, <c>stdin-eof</c>, <c>signal</c>, <c>wide</c>, <c>window</c>,
    /// <c>exec-signal</c>, <c>ends</c>, <c>ids</c>. Default: all. Empty: a guest of 2015, whose READY says nothing.
    /// </summary>
    public ImmutableArray<string> Features { get => _features; init => _features = value; }

    /// <summary>Whether a process's exit is seen before its streams end. Both orders happen with real processes. Default: after.</summary>
    public bool ExitBeforeEndOfStreams { get; init; }

    /// <summary>
    /// Whether everything continues inside the call that supplied the bytes instead of hopping to the thread pool; for virtual time,
    /// together with the host's option of the same name.
    /// </summary>
    public bool InlineContinuations { get; init; }
}
