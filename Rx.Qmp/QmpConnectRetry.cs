using System.Collections.Immutable;
using Rx.Values;

namespace Rx.Qmp;

/// <summary>When a client tries again to reach an endpoint, all within its time for connecting: QEMU creates its socket, and listens on
/// it, some time after it was started.</summary>
public sealed record QmpConnectRetry
{
    private readonly ListField<QmpConnectFailure> _failures;

    /// <summary>Every 20 ms while the endpoint is missing, refuses or has a full queue.</summary>
    public static QmpConnectRetry Default { get; } = new()
    {
        BackOff = new QmpBackOff(TimeSpan.FromMilliseconds(20)),
        Failures = [QmpConnectFailure.Missing, QmpConnectFailure.Refused, QmpConnectFailure.Busy],
    };

    /// <summary>One attempt.</summary>
    public static QmpConnectRetry Never { get; } = Default with { Failures = [] };

    /// <summary>The pauses between attempts.</summary>
    public required QmpBackOff BackOff { get; init; }

    /// <summary>Failures that may pass; any other ends the connecting at once.</summary>
    public required ImmutableArray<QmpConnectFailure> Failures { get => _failures; init => _failures = value; }

    internal bool Covers(QmpConnectFailure failure) => !Failures.IsDefaultOrEmpty && Failures.Contains(failure);
}
