namespace DynamicData;

/// <summary>A keyed collection one can read, follow and edit.</summary>
/// <typeparam name="TObject">Type of the items.</typeparam>
/// <typeparam name="TKey">Type of the keys.</typeparam>
public interface ISourceCache<TObject, TKey> : IObservableCache<TObject, TKey>
    where TObject : notnull
    where TKey : notnull
{
    /// <summary>Tells the key of an item.</summary>
    Func<TObject, TKey> KeySelector { get; }

    /// <summary>Makes any number of changes that followers see as one set.</summary>
    /// <param name="updateAction">Makes the changes; its argument must not be used after it returned.</param>
    void Edit(Action<ISourceUpdater<TObject, TKey>> updateAction);
}
