namespace DynamicData;

/// <summary>Something with a key.</summary>
/// <typeparam name="T">Type of the key.</typeparam>
public interface IKey<out T>
{
    /// <summary>The key.</summary>
    T Key { get; }
}
