namespace DynamicData.Kernel;

/// <summary>Makes optional values without naming their type.</summary>
public static class Optional
{
    /// <summary>The value; null is none.</summary>
    /// <param name="value">The value or null.</param>
    public static Optional<T> Some<T>(T? value)
        where T : notnull => Optional<T>.Create(value);
}
