using System.Collections;
using System.Collections.Immutable;
using System.Reactive;

namespace Rx.Vm.Testing;

/// <summary>
/// What a stream did and when: notifications in order of time, compared by value. It may break the grammar of Rx, because the recording
/// of a stream that does so is what one needs to see.
/// </summary>
/// <typeparam name="T">The value type.</typeparam>
public sealed class MarbleRecording<T> : IReadOnlyList<MarbleEvent<T>>, IEquatable<MarbleRecording<T>>
{
    private readonly ImmutableArray<MarbleEvent<T>> _events;

    /// <summary>A recording of <paramref name="events"/>.</summary>
    /// <exception cref="MarbleException">A time is before the one ahead of it, or a notification is missing.</exception>
    public MarbleRecording(IEnumerable<MarbleEvent<T>> events)
    {
        _events = [.. events];
        for (var i = 0; i < _events.Length; i++)
        {
            if (_events[i].Notification is null)
            {
                throw new MarbleException($"event {i} of the recording has no notification");
            }

            if (i > 0 && _events[i].At < _events[i - 1].At)
            {
                throw new MarbleException($"event {i} of the recording is earlier than the one before it");
            }
        }
    }

    /// <summary>A recording of a stream that did nothing.</summary>
    public static MarbleRecording<T> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _events.Length;

    /// <inheritdoc/>
    public MarbleEvent<T> this[int index] => _events[index];

    /// <summary>The values alone, in order.</summary>
    public IEnumerable<T> Values => _events.Where(e => e.Notification.Kind == NotificationKind.OnNext).Select(e => e.Notification.Value);

    /// <inheritdoc/>
    public bool Equals(MarbleRecording<T>? other) => other is not null && _events.AsSpan().SequenceEqual(other._events.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MarbleRecording<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var e in _events)
        {
            hash.Add(e);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<MarbleEvent<T>> GetEnumerator() => ((IEnumerable<MarbleEvent<T>>)_events).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The diagram and its legend, as <see cref="Marbles.Render{T}"/> writes them.</summary>
    public override string ToString() => Marbles.Render(this).ToString();
}
