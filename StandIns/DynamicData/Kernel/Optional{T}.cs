using System.Diagnostics.CodeAnalysis;

namespace DynamicData.Kernel;

/// <summary>A value or none.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "The original has these members; they are its source contract.")]
public readonly struct Optional<T> : IEquatable<Optional<T>>
    where T : notnull
{
    private readonly T _value;

    private Optional(T value)
    {
        _value = value;
        HasValue = true;
    }

    /// <summary>No value.</summary>
    public static Optional<T> None => default;

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => HasValue ? _value : throw new InvalidOperationException("The optional has no value.");

    /// <summary>The value; null is none.</summary>
    public static implicit operator Optional<T>(T? value) => Create(value);

    /// <summary>Both none, or both with equal values.</summary>
    public static bool operator ==(in Optional<T> left, in Optional<T> right) => left.Equals(right);

    /// <summary>Not equal.</summary>
    public static bool operator !=(in Optional<T> left, in Optional<T> right) => !left.Equals(right);

    /// <summary>The value; null is none.</summary>
    /// <param name="value">The value or null.</param>
    public static Optional<T> Create(T? value) => value is null ? default : new(value);

    /// <inheritdoc />
    public bool Equals(Optional<T> other) =>
        HasValue == other.HasValue && (!HasValue || EqualityComparer<T>.Default.Equals(_value, other._value));

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Optional<T> other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HasValue ? EqualityComparer<T>.Default.GetHashCode(_value) : 0;

    /// <summary>Text of the value, or the word None in angle brackets.</summary>
    public override string? ToString() => HasValue ? _value.ToString() : "<None>";
}
