using System.Runtime.CompilerServices;

namespace Rx.Qmp.Isolation;

/// <summary>
/// Limits of time as users give them: positive, or <see cref="Timeout.InfiniteTimeSpan"/> for none. However long one is, sums with it are
/// legal, and waits for it are (see <see cref="SafeScheduler"/>).
/// </summary>
internal static class TimeLimit
{
    /// <summary>A time that never comes.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;

    /// <summary>Waits of a century and more are no waits: nothing that runs today will see their end.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>True for a limit that can be meant.</summary>
    public static bool IsLimit(this TimeSpan limit) => limit > TimeSpan.Zero || limit == Timeout.InfiniteTimeSpan;

    /// <summary>True for a limit that never ends a wait.</summary>
    public static bool IsNever(this TimeSpan limit) => limit == Timeout.InfiniteTimeSpan || limit >= Longest;

    /// <summary>The time at which a limit that begins at <paramref name="start"/> is over.</summary>
    public static TimeSpan Plus(this TimeSpan start, TimeSpan limit) =>
        limit.IsNever() || start > Never - limit ? Never : start + limit;

    /// <summary>A multiple of a limit.</summary>
    public static TimeSpan Times(this TimeSpan limit, int factor) =>
        limit.IsNever() || limit > Never / factor ? Timeout.InfiniteTimeSpan : limit * factor;

    /// <summary>The longer of two limits.</summary>
    public static TimeSpan Longer(TimeSpan one, TimeSpan other) =>
        one.IsNever() || other.IsNever() ? Timeout.InfiniteTimeSpan : one > other ? one : other;

    /// <summary>Refuses what can't be meant as a limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or negative, and not infinite.</exception>
    public static void Check(TimeSpan limit, [CallerArgumentExpression(nameof(limit))] string? name = null)
    {
        if (!limit.IsLimit())
        {
            throw new ArgumentOutOfRangeException(name, limit, "A time limit must be positive, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
