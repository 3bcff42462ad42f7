namespace DynamicData;

/// <summary>A value and its key.</summary>
/// <typeparam name="TObject">Type of the value.</typeparam>
/// <typeparam name="TKey">Type of the key.</typeparam>
public interface IKeyValue<out TObject, out TKey> : IKey<TKey>
{
    /// <summary>The value.</summary>
    TObject Value { get; }
}
