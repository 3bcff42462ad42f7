using System.Diagnostics;
using System.Globalization;

namespace Microsoft.Reactive.Testing;

/// <summary>A value and the virtual time, in ticks, that belongs to it.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="time">Virtual time in ticks.</param>
/// <param name="value">The value.</param>
[DebuggerDisplay("{Value}@{Time}")]
public readonly struct Recorded<T>(long time, T value) : IEquatable<Recorded<T>>
{
    /// <summary>Virtual time in ticks.</summary>
    public long Time { get; } = time;

    /// <summary>The value.</summary>
    public T Value { get; } = value;

    /// <summary>Same time and equal values.</summary>
    public static bool operator ==(Recorded<T> left, Recorded<T> right) => left.Equals(right);

    /// <summary>Different time or unequal values.</summary>
    public static bool operator !=(Recorded<T> left, Recorded<T> right) => !left.Equals(right);

    /// <inheritdoc />
    public bool Equals(Recorded<T> other) => Time == other.Time && EqualityComparer<T>.Default.Equals(Value, other.Value);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Recorded<T> other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Time, Value);

    /// <summary>The value, an at-sign and the time.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value}@{Time}");
}
