namespace DynamicData.Internal;

/// <summary>
/// What is alive per key, for operators that owe something to every item that leaves. Thread-safe because a subscription may be disposed
/// while a set is being handled: whatever comes after that leaves at once. Callbacks run outside of the lock.
/// </summary>
internal sealed class LiveItems<TKey, TValue>(Action<TKey, TValue> leave, bool replacedLeaves) : IDisposable
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, TValue> items = [];
    private bool closed;

    public void Set(TKey key, TValue value)
    {
        bool known;
        bool late;
        TValue? previous;
        lock (gate)
        {
            late = closed;
            known = items.TryGetValue(key, out previous);
            if (!late)
            {
                items[key] = value;
            }
        }

        if (late)
        {
            leave(key, value);
        }
        else if (known && replacedLeaves && !ReferenceEquals(previous, value))
        {
            leave(key, previous!);
        }
    }

    public void Remove(TKey key)
    {
        bool known;
        TValue? value;
        lock (gate)
        {
            known = items.Remove(key, out value);
        }

        if (known)
        {
            leave(key, value!);
        }
    }

    public void Dispose()
    {
        KeyValuePair<TKey, TValue>[] rest;
        lock (gate)
        {
            closed = true;
            rest = [.. items];
            items.Clear();
        }

        Array.ForEach(rest, pair => leave(pair.Key, pair.Value));
    }
}
