namespace Rx.Vm.Testing;

/// <summary>One thing that goes wrong in a simulated machine.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record SimulatedFault(SimulatedFaultKind Kind)
{
    /// <summary>When it strikes, for the kinds that strike by themselves. Default: as soon as the process runs.</summary>
    public SimulatedMoment At { get; init; } = SimulatedMoment.Started;

    /// <summary>How long after that moment; for the kinds that delay something, how long.</summary>
    public TimeSpan After { get; init; }

    /// <summary>
    /// For the kinds about an answer: to which command, by its QMP name (<c>device_add</c>) or guest protocol name (<c>STARTPOD</c>);
    /// null is
    /// any.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>At which occurrence of its moment, or of what it spoils, counted from 1; 0 is each.</summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>For the kinds that cut a channel: after so many bytes to the host, instead of at a moment.</summary>
    public long? Offset { get; init; }

    /// <summary>An exit code, a signal, or how many, by kind; null is the kind's default.</summary>
    public int? Value { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(
        Kind.ToString(),
        Command is null ? $"@{At}" : $"({Command})",
        Occurrence == 1 ? "" : $"#{Occurrence}",
        After == TimeSpan.Zero ? "" : $"+{After.TotalMilliseconds:0}ms",
        Offset is null ? "" : $" at byte {Offset}",
        Value is null ? "" : $" = {Value}");
}
