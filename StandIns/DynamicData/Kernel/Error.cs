namespace DynamicData.Kernel;

/// <summary>An item whose transformation failed.</summary>
/// <typeparam name="TObject">Type of the item.</typeparam>
/// <typeparam name="TKey">Type of the key.</typeparam>
/// <param name="exception">Why.</param>
/// <param name="value">The item.</param>
/// <param name="key">Its key.</param>
public sealed class Error<TObject, TKey>(Exception? exception, TObject value, TKey key) : IKeyValue<TObject, TKey>
    where TKey : notnull
{
    /// <summary>Why the transformation failed.</summary>
    public Exception? Exception { get; } = exception;

    /// <summary>The item.</summary>
    public TObject Value { get; } = value;

    /// <summary>Its key.</summary>
    public TKey Key { get; } = key;

    /// <summary>Key, item and exception in words.</summary>
    public override string ToString() => $"{Key}: {Value} failed: {Exception?.Message}";
}
