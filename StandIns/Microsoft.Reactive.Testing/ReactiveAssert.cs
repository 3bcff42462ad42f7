using System.Reactive.Linq;

namespace Microsoft.Reactive.Testing;

/// <summary>
/// Assertions over recorded sequences, without a test framework. Elements are compared in order with the expected one on the left, so
/// that predicate notifications work. The failure text has two lines: what was expected and what came.
/// </summary>
public static class ReactiveAssert
{
    /// <summary>Fails unless both sequences have equal elements in the same order.</summary>
    /// <param name="expected">Expected elements.</param>
    /// <param name="actual">Actual elements.</param>
    public static void AreElementsEqual<T>(IEnumerable<T> expected, IEnumerable<T> actual) => Compare(expected, actual, null, null);

    /// <summary>As above, with a comparer that is asked (expected, actual).</summary>
    /// <param name="expected">Expected elements.</param>
    /// <param name="actual">Actual elements.</param>
    /// <param name="comparer">Compares two elements.</param>
    public static void AreElementsEqual<T>(IEnumerable<T> expected, IEnumerable<T> actual, IEqualityComparer<T> comparer) =>
        Compare(expected, actual, comparer, null);

    /// <summary>As above, with a text in front of the failure.</summary>
    /// <param name="expected">Expected elements.</param>
    /// <param name="actual">Actual elements.</param>
    /// <param name="message">First line of the failure.</param>
    public static void AreElementsEqual<T>(IEnumerable<T> expected, IEnumerable<T> actual, string message) =>
        Compare(expected, actual, null, message);

    /// <summary>As above, with a comparer and a text in front of the failure.</summary>
    /// <param name="expected">Expected elements.</param>
    /// <param name="actual">Actual elements.</param>
    /// <param name="comparer">Compares two elements.</param>
    /// <param name="message">First line of the failure.</param>
    public static void AreElementsEqual<T>(
        IEnumerable<T> expected, IEnumerable<T> actual, IEqualityComparer<T> comparer, string message) =>
        Compare(expected, actual, comparer, message);

    /// <summary>Waits for both sequences to complete and compares their values. An error of either is thrown.</summary>
    /// <param name="expected">Expected values.</param>
    /// <param name="actual">Actual values.</param>
    public static void AreElementsEqual<T>(IObservable<T> expected, IObservable<T> actual) =>
        Compare(expected.ToList().Wait(), actual.ToList().Wait(), null, null);

    /// <summary>As above, with a comparer that is asked (expected, actual).</summary>
    /// <param name="expected">Expected values.</param>
    /// <param name="actual">Actual values.</param>
    /// <param name="comparer">Compares two values.</param>
    public static void AreElementsEqual<T>(IObservable<T> expected, IObservable<T> actual, IEqualityComparer<T> comparer) =>
        Compare(expected.ToList().Wait(), actual.ToList().Wait(), comparer, null);

    /// <summary>As above, with a text in front of the failure.</summary>
    /// <param name="expected">Expected values.</param>
    /// <param name="actual">Actual values.</param>
    /// <param name="message">First line of the failure.</param>
    public static void AreElementsEqual<T>(IObservable<T> expected, IObservable<T> actual, string message) =>
        Compare(expected.ToList().Wait(), actual.ToList().Wait(), null, message);

    /// <summary>As above, with a comparer and a text in front of the failure.</summary>
    /// <param name="expected">Expected values.</param>
    /// <param name="actual">Actual values.</param>
    /// <param name="comparer">Compares two values.</param>
    /// <param name="message">First line of the failure.</param>
    public static void AreElementsEqual<T>(
        IObservable<T> expected, IObservable<T> actual, IEqualityComparer<T> comparer, string message) =>
        Compare(expected.ToList().Wait(), actual.ToList().Wait(), comparer, message);

    /// <summary>Fails unless the actual elements are the expected ones.</summary>
    /// <param name="actual">Actual elements.</param>
    /// <param name="expected">Expected elements.</param>
    public static void AssertEqual<T>(this IEnumerable<T> actual, IEnumerable<T> expected) => Compare(expected, actual, null, null);

    /// <summary>As above, with a comparer that is asked (expected, actual).</summary>
    /// <param name="actual">Actual elements.</param>
    /// <param name="expected">Expected elements.</param>
    /// <param name="comparer">Compares two elements.</param>
    public static void AssertEqual<T>(this IEnumerable<T> actual, IEnumerable<T> expected, IEqualityComparer<T> comparer) =>
        Compare(expected, actual, comparer, null);

    /// <summary>As above, the expected elements listed one by one.</summary>
    /// <param name="actual">Actual elements.</param>
    /// <param name="expected">Expected elements.</param>
    public static void AssertEqual<T>(this IEnumerable<T> actual, params T[] expected) => Compare(expected, actual, null, null);

    /// <summary>Waits for both sequences to complete and compares their values.</summary>
    /// <param name="actual">Actual values.</param>
    /// <param name="expected">Expected values.</param>
    public static void AssertEqual<T>(this IObservable<T> actual, IObservable<T> expected) => AreElementsEqual(expected, actual);

    /// <summary>As above, with a comparer that is asked (expected, actual).</summary>
    /// <param name="actual">Actual values.</param>
    /// <param name="expected">Expected values.</param>
    /// <param name="comparer">Compares two values.</param>
    public static void AssertEqual<T>(this IObservable<T> actual, IObservable<T> expected, IEqualityComparer<T> comparer) =>
        AreElementsEqual(expected, actual, comparer);

    /// <summary>Fails unless the action throws the given type or one derived from it.</summary>
    /// <param name="action">The action.</param>
    public static void Throws<TException>(Action action)
        where TException : Exception => Catch<TException>(action, null);

    /// <summary>As above, with a text in front of the failure.</summary>
    /// <param name="action">The action.</param>
    /// <param name="message">First line of the failure.</param>
    public static void Throws<TException>(Action action, string message)
        where TException : Exception => Catch<TException>(action, message);

    /// <summary>Fails unless the action throws exactly this instance.</summary>
    /// <param name="exception">The instance.</param>
    /// <param name="action">The action.</param>
    public static void Throws<TException>(TException exception, Action action)
        where TException : Exception => Same(exception, Catch<TException>(action, null), null);

    /// <summary>As above, with a text in front of the failure.</summary>
    /// <param name="exception">The instance.</param>
    /// <param name="action">The action.</param>
    /// <param name="message">First line of the failure.</param>
    public static void Throws<TException>(TException exception, Action action, string message)
        where TException : Exception => Same(exception, Catch<TException>(action, message), message);

    private static void Compare<T>(IEnumerable<T> expected, IEnumerable<T> actual, IEqualityComparer<T>? comparer, string? message)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var (wanted, got) = (expected.ToList(), actual.ToList());
        if (!wanted.SequenceEqual(got, comparer))
        {
            Fail(string.Join(", ", wanted), string.Join(", ", got), message);
        }
    }

    private static TException Catch<TException>(Action action, string? message)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(action);
        Exception? thrown = null;
        try
        {
            action();
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        return thrown as TException ?? throw Failure(typeof(TException).Name, thrown?.ToString() ?? "no exception", message);
    }

    private static void Same(Exception expected, Exception actual, string? message)
    {
        if (!ReferenceEquals(expected, actual))
        {
            throw Failure(expected.ToString(), actual.ToString(), message);
        }
    }

    private static void Fail(string expected, string actual, string? message) =>
        throw Failure($"[{expected}]", $"[{actual}]", message);

    private static ReactiveAssertException Failure(string expected, string actual, string? message) =>
        new($"{(message is null ? "" : message + "\n")}Expected: {expected}\nActual:   {actual}");
}
