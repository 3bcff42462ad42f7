using Rx.Vm.Lifecycle;

namespace Rx.Vm.Reactive;

/// <summary>What a machine does with the steps of its fold, beside what every pipeline does.</summary>
internal sealed record StepWork
{
    /// <summary>Gives up what others may have once the machine has gone: before anybody hears that it has.</summary>
    public Action<VmStep> Free { get; init; } = static _ => { };

    /// <summary>Keeps books beside the fold: before anybody is answered.</summary>
    public Action<VmStep> Follow { get; init; } = static _ => { };

    /// <summary>Carries out effects; each call starts its work and returns.</summary>
    public Action<VmStep> RunEffects { get; init; } = static _ => { };

    /// <summary>Records the step.</summary>
    public Action<VmStep> Record { get; init; } = static _ => { };

    /// <summary>Tells the log.</summary>
    public Action<VmStep> Log { get; init; } = static _ => { };

    /// <summary>What the machine's process has used of processors; null when it can't be told. Asked when a limit begins and ends.</summary>
    public Func<TimeSpan?> ProcessorTime { get; init; } = static () => null;

    /// <summary>Hears which part of the work threw, and what.</summary>
    public Action<string, Exception> Report { get; init; } = static (_, _) => { };
}
