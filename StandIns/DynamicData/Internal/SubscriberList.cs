namespace DynamicData.Internal;

/// <summary>The followers of one stream of a cache. Every member is called under the lock of the cache.</summary>
internal sealed class SubscriberList<T>(Outbox outbox)
{
    private readonly List<SerialObserver<T>> _subscribers = [];

    public bool IsEmpty => _subscribers.Count == 0;

    public void Add(SerialObserver<T> subscriber) => _subscribers.Add(subscriber);

    public void Remove(SerialObserver<T> subscriber) => _subscribers.Remove(subscriber);

    public SerialObserver<T>[] Copy() => [.. _subscribers];

    /// <summary>One post per follower, so that who joins later does not get what was already in its snapshot.</summary>
    public void Post(T value)
    {
        foreach (var subscriber in _subscribers)
        {
            outbox.Post(() => subscriber.OnNext(value));
        }
    }

    /// <summary>Completes the stream for all.</summary>
    public void End()
    {
        foreach (var subscriber in _subscribers)
        {
            outbox.Post(subscriber.OnCompleted);
        }

        _subscribers.Clear();
    }
}
