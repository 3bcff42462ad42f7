namespace Rx.Vm.Tests.Fuzz;

/// <summary>A target did what it must not; the message says what.</summary>
internal sealed class FuzzFailure(string message) : Exception(message)
{
    /// <summary>Fails unless <paramref name="holds"/>.</summary>
    public static void Unless(bool holds, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(holds))] string what = "")
    {
        if (!holds)
        {
            throw new FuzzFailure($"does not hold: {what}");
        }
    }

    /// <summary>Fails unless the two are equal.</summary>
    public static void UnlessEqual<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new FuzzFailure($"{what}: {expected} expected, {actual} found");
        }
    }
}
