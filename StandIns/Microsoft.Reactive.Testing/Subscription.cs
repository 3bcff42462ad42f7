using System.Diagnostics;
using System.Globalization;

namespace Microsoft.Reactive.Testing;

/// <summary>The window during which somebody was subscribed to a scripted source, in ticks of virtual time.</summary>
/// <param name="subscribe">Time of subscription.</param>
/// <param name="unsubscribe">Time of disposal, <see cref="Infinite"/> while it is open.</param>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Subscription(long subscribe, long unsubscribe) : IEquatable<Subscription>
{
    /// <summary>End of a window that was never closed.</summary>
    public const long Infinite = long.MaxValue;

    /// <summary>A window that is still open.</summary>
    /// <param name="subscribe">Time of subscription.</param>
    public Subscription(long subscribe)
        : this(subscribe, Infinite)
    {
    }

    /// <summary>Time of subscription.</summary>
    public long Subscribe { get; } = subscribe;

    /// <summary>Time of disposal, <see cref="Infinite"/> while it is open.</summary>
    public long Unsubscribe { get; } = unsubscribe;

    /// <summary>Same start and end.</summary>
    public static bool operator ==(Subscription left, Subscription right) => left.Equals(right);

    /// <summary>Different start or end.</summary>
    public static bool operator !=(Subscription left, Subscription right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(Subscription other) => Subscribe == other.Subscribe && Unsubscribe == other.Unsubscribe;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Subscription other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Subscribe, Unsubscribe);

    /// <summary>The pair of start and end; an open end is the word Infinite.</summary>
    public override string ToString() => Unsubscribe == Infinite
        ? string.Create(CultureInfo.InvariantCulture, $"({Subscribe}, Infinite)")
        : string.Create(CultureInfo.InvariantCulture, $"({Subscribe}, {Unsubscribe})");
}
