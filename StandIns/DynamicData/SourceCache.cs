using System.Diagnostics;
using DynamicData.Internal;
using DynamicData.Kernel;

namespace DynamicData;

/// <summary>
/// A thread-safe keyed collection whose every edit is a change set. State changes under a lock; followers are called outside of it, in the
/// order of the edits, never two at once per follower: <c>Preview</c>, then <c>Connect</c> and <c>Watch</c> in order of subscription, then
/// <c>CountChanged</c>.
/// </summary>
/// <remarks>
/// Differs from the original on purpose:
/// <list type="bullet">
/// <item>An edit made by a follower is queued until the current set has reached everybody; the original delivers it recursively.</item>
/// <item>If two threads edit, one of them may deliver both sets, and the other return before its set is delivered.</item>
/// <item>If an edit throws, what it wrote stays and is told; the exception follows. The original never notifies again.</item>
/// <item>If a follower throws, its subscription ends, all others still get the set, and then the exception reaches the edit that was
/// delivering (an <see cref="AggregateException"/> if there are several).</item>
/// </list>
/// </remarks>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
[DebuggerDisplay("{Count} items")]
public sealed partial class SourceCache<TObject, TKey> : ISourceCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly RecordingCache<TObject, TKey> _items = new();

    // What readers see while an edit that somebody previews is under way.
    private Dictionary<TKey, TObject>? _before;
    private bool _editing;
    private bool _previewing;

    /// <summary>An empty cache.</summary>
    /// <param name="keySelector">Tells the key of an item; called under the lock of the cache.</param>
    public SourceCache(Func<TObject, TKey> keySelector)
    {
        ArgumentNullException.ThrowIfNull(keySelector);
        KeySelector = keySelector;
        _connections = new(_outbox);
        _previews = new(_outbox);
        _counts = new(_outbox);
    }

    /// <inheritdoc />
    public Func<TObject, TKey> KeySelector { get; }

    /// <inheritdoc />
    public int Count => Read(data => data.Count);

    /// <inheritdoc />
    public IReadOnlyList<TObject> Items => Read(data => data.Values.ToArray());

    /// <inheritdoc />
    public IReadOnlyList<TKey> Keys => Read(data => data.Keys.ToArray());

    /// <inheritdoc />
    public IReadOnlyDictionary<TKey, TObject> KeyValues => Read(data => new Dictionary<TKey, TObject>(data));

    /// <inheritdoc />
    public Optional<TObject> Lookup(TKey key) => Read(data => data.TryGetValue(key, out var item) ? Optional.Some(item) : default);

    /// <summary>
    /// Makes any number of changes that followers see as one set. Runs under the lock of the cache; an edit inside an edit joins it.
    /// If it throws, what it has written stays and is told, and the exception is rethrown after that. After <see cref="Dispose"/> it still
    /// changes the data, silently.
    /// </summary>
    /// <param name="updateAction">Makes the changes; its argument must not be used after it returned.</param>
    /// <exception cref="InvalidOperationException">Called by a preview handler of this cache.</exception>
    public void Edit(Action<ISourceUpdater<TObject, TKey>> updateAction)
    {
        ArgumentNullException.ThrowIfNull(updateAction);
        var updater = new SourceUpdater<TObject, TKey>(_items, KeySelector);
        var failures = new List<Exception>();
        lock (_gate)
        {
            if (_previewing)
            {
                throw new InvalidOperationException("A preview handler must not edit the cache it previews.");
            }

            if (_editing)
            {
                updateAction(updater);
                return;
            }

            _before = _previews.IsEmpty ? null : new(_items.Data);
            _editing = true;
            Outbox.Attempt(() => updateAction(updater), failures);
            _editing = false;
            Publish(failures);
        }

        _outbox.Drain(failures);
    }

    /// <summary>Completes all streams, once. The data stays readable; a later Connect gives it and completes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _connections.End();
            _previews.End();
            _counts.End();
        }

        _outbox.Drain([]);
    }

    private T Read<T>(Func<Dictionary<TKey, TObject>, T> question)
    {
        lock (_gate)
        {
            return question(_before ?? _items.Data);
        }
    }
}
