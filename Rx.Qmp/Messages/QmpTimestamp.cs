namespace Rx.Qmp;

/// <summary>Converts the two numbers of an event's time stamp.</summary>
internal static class QmpTimestamp
{
    private const long LastSecond = 253_402_300_799;

    /// <summary>The instant, exact to a microsecond, or null where the host's clock failed (-1) or the numbers make no sense.</summary>
    public static DateTimeOffset? From(long seconds, long microseconds) =>
        seconds is >= 0 and <= LastSecond && microseconds is >= 0 and <= 999_999
            ? DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (microseconds * TimeSpan.TicksPerMicrosecond))
            : null;
}
