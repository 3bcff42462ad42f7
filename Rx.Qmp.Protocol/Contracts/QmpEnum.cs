using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Rx.Qmp.Protocol;

namespace Rx.Qmp;

/// <summary>
/// A word of one of QEMU's enums, where the enum of C# has the words that were known when it was generated. A word that a newer QEMU
/// invents is kept and sent again as it was.
/// <code>
/// string text = status.Status.Known switch
/// {
///     RunState.Running => "running",
///     RunState.Paused or RunState.Suspended => "halted",
///     null => $"something newer: {status.Status}",
///     _ => "something else",
/// };
/// bool running = status.Status == RunState.Running;
/// </code>
/// A value of the enum converts to it, so that properties can be set to <c>PanicAction.Pause</c>; a word that is not in the enum is
/// <c>new("the-word")</c>. A default one is a word that the other side left out, and is not sent.
/// </summary>
/// <typeparam name="T">The enum, one of those of <c>Rx.Qmp.Protocol</c>.</typeparam>
/// <remarks>A property of this type in a class that <c>System.Text.Json</c> serializes needs
/// <c>[JsonConverter(typeof(QmpDataConverter&lt;QmpEnum&lt;RunState&gt;&gt;))]</c>.</remarks>
public readonly struct QmpEnum<T> : IQmpData<QmpEnum<T>>, IEquatable<QmpEnum<T>>
    where T : struct, Enum
{
    private readonly string? _text;

    /// <summary>Any word, known or not.</summary>
    /// <param name="text">The word on the wire, such as io-error.</param>
    public QmpEnum(string text) => _text = text;

    /// <summary>The word on the wire; empty if it was left out.</summary>
    public string Text => _text ?? string.Empty;

    /// <summary>The value of the enum; null if the word was left out or is not in the enum.</summary>
    public T? Known => _text is not null && Words.Values.TryGetValue(_text, out var value) ? value : null;

    /// <summary>True if the word was left out: a default value.</summary>
    public bool IsDefault => _text is null;

    /// <summary>The word of a value; null is a word left out.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The enum has no such value.</exception>
    public static implicit operator QmpEnum<T>(T? value) => value is { } known ? new(Words.Of(known)) : default;

    /// <summary>True if they are the same word.</summary>
    /// <param name="left">One word.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(QmpEnum<T> left, QmpEnum<T> right) => left.Equals(right);

    /// <summary>True if they are not the same word.</summary>
    /// <param name="left">One word.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(QmpEnum<T> left, QmpEnum<T> right) => !left.Equals(right);

    /// <inheritdoc/>
    public static QmpEnum<T> Read(ref Utf8JsonReader reader) => new(JsonRead.Text(ref reader));

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Text);
    }

    /// <inheritdoc/>
    public bool Equals(QmpEnum<T> other) => _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is QmpEnum<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <summary>The word on the wire.</summary>
    /// <returns>The word.</returns>
    public override string ToString() => Text;

    // The values of generated enums are 0, 1, 2, …
    private static class Words
    {
        private static readonly string[] All = typeof(T).GetCustomAttribute<QmpWordsAttribute>()?.Words
            ?? throw new NotSupportedException($"{typeof(T)} is not an enum of QEMU's schema.");

        public static Dictionary<string, T> Values { get; } = Enumerable.Range(0, All.Length)
            .ToDictionary(index => All[index], index => Unsafe.BitCast<int, T>(index), StringComparer.Ordinal);

        public static string Of(T value) => (uint)Unsafe.BitCast<T, int>(value) < (uint)All.Length
            ? All[Unsafe.BitCast<T, int>(value)]
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no such value.");
    }
}
