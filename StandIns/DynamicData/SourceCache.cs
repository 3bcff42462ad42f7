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
public sealed class SourceCache<TObject, TKey> : ISourceCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    private readonly CacheCore<TObject, TKey> core = new();

    /// <summary>An empty cache.</summary>
    /// <param name="keySelector">Tells the key of an item; called under the lock of the cache.</param>
    public SourceCache(Func<TObject, TKey> keySelector)
    {
        ArgumentNullException.ThrowIfNull(keySelector);
        KeySelector = keySelector;
    }

    /// <inheritdoc />
    public Func<TObject, TKey> KeySelector { get; }

    /// <inheritdoc />
    public int Count => core.Count;

    /// <inheritdoc />
    public IReadOnlyList<TObject> Items => core.Items;

    /// <inheritdoc />
    public IReadOnlyList<TKey> Keys => core.Keys;

    /// <inheritdoc />
    public IReadOnlyDictionary<TKey, TObject> KeyValues => core.KeyValues;

    /// <inheritdoc />
    public IObservable<int> CountChanged => core.CountChanged;

    /// <inheritdoc />
    public Optional<TObject> Lookup(TKey key) => core.Lookup(key);

    /// <inheritdoc />
    public IObservable<IChangeSet<TObject, TKey>> Connect(Func<TObject, bool>? predicate = null, bool suppressEmptyChangeSets = true) =>
        core.Connect(predicate, suppressEmptyChangeSets);

    /// <inheritdoc />
    public IObservable<IChangeSet<TObject, TKey>> Preview(Func<TObject, bool>? predicate = null) => core.Preview(predicate);

    /// <inheritdoc />
    public IObservable<Change<TObject, TKey>> Watch(TKey key) => core.Watch(key);

    /// <summary>
    /// Makes any number of changes that followers see as one set. Runs under the lock of the cache; an edit inside an edit joins it.
    /// After <see cref="Dispose"/> it still changes the data, silently.
    /// </summary>
    /// <param name="updateAction">Makes the changes; its argument must not be used after it returned.</param>
    public void Edit(Action<ISourceUpdater<TObject, TKey>> updateAction)
    {
        ArgumentNullException.ThrowIfNull(updateAction);
        core.Edit(cache => updateAction(new SourceUpdater<TObject, TKey>(cache, KeySelector)));
    }

    /// <summary>
    /// Holds back change sets until every suspension is disposed; then one set tells all changes. Who connects meanwhile gets its first
    /// set at that time. Previews and counts go on.
    /// </summary>
    /// <returns>Ends the suspension.</returns>
    public IDisposable SuspendNotifications() => core.SuspendNotifications();

    /// <summary>Holds back counts until every suspension is disposed; then the current count is told if it differs.</summary>
    /// <returns>Ends the suspension.</returns>
    public IDisposable SuspendCount() => core.SuspendCount();

    /// <summary>Completes all streams, once. The data stays readable; a later Connect gives it and completes.</summary>
    public void Dispose() => core.Dispose();
}
