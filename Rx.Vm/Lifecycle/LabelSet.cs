using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Rx.Vm.Lifecycle;

/// <summary>Labels by name, in ordinal order, compared by their content, so that records holding them compare by value.</summary>
public readonly struct LabelSet : IEquatable<LabelSet>, IReadOnlyDictionary<string, string>
{
    private readonly ImmutableSortedDictionary<string, string>? _labels;

    /// <summary>Takes <paramref name="labels"/>; of a name that comes twice the last one counts.</summary>
    public LabelSet(IEnumerable<KeyValuePair<string, string>> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var taken = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal, StringComparer.Ordinal);
        foreach (var (name, value) in labels)
        {
            taken[name] = value;
        }

        _labels = taken.Count == 0 ? null : taken.ToImmutable();
    }

    /// <inheritdoc/>
    public int Count => Labels.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => Labels.Keys;

    /// <inheritdoc/>
    public IEnumerable<string> Values => Labels.Values;

    private ImmutableSortedDictionary<string, string> Labels => _labels ?? ImmutableSortedDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public string this[string key] => Labels[key];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Labels.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => Labels.TryGetValue(key, out value);

    /// <inheritdoc/>
    public bool Equals(LabelSet other) => ReferenceEquals(_labels, other._labels) || Labels.SequenceEqual(other.Labels);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LabelSet other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, value) in Labels)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether both hold the same labels.</summary>
    public static bool operator ==(LabelSet left, LabelSet right) => left.Equals(right);

    /// <summary>Whether they differ in a name or a value.</summary>
    public static bool operator !=(LabelSet left, LabelSet right) => !left.Equals(right);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => Labels.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(' ', Labels.Select(label => $"{label.Key}={label.Value}"))}}}";
}
