namespace Microsoft.Reactive.Testing;

/// <summary>
/// Assertions over recorded sequences, without a test framework. The failure text has two lines: what was expected and what came.
/// </summary>
public static class ReactiveAssert
{
    /// <summary>Fails unless the actual elements are the expected ones, in the same order.</summary>
    /// <param name="actual">Actual elements.</param>
    /// <param name="expected">Expected elements.</param>
    /// <exception cref="ReactiveAssertException">They are not.</exception>
    public static void AssertEqual<T>(this IEnumerable<T> actual, IEnumerable<T> expected)
    {
        ArgumentNullException.ThrowIfNull(actual);
        ArgumentNullException.ThrowIfNull(expected);
        var (wanted, got) = (expected.ToList(), actual.ToList());
        if (!wanted.SequenceEqual(got))
        {
            throw new ReactiveAssertException($"Expected: [{string.Join(", ", wanted)}]\nActual:   [{string.Join(", ", got)}]");
        }
    }

    /// <summary>As above, the expected elements listed one by one.</summary>
    /// <param name="actual">Actual elements.</param>
    /// <param name="expected">Expected elements.</param>
    /// <exception cref="ReactiveAssertException">They are not equal.</exception>
    public static void AssertEqual<T>(this IEnumerable<T> actual, params T[] expected) =>
        actual.AssertEqual((IEnumerable<T>)expected);
}
