namespace Microsoft.Reactive.Testing;

/// <summary>
/// Thrown by <see cref="ReactiveAssert"/>. The stand-in has a public type of its own; the original throws an internal one of the test
/// framework it was built with, so portable code should not catch it by type.
/// </summary>
/// <param name="message">What was expected and what came.</param>
public sealed class ReactiveAssertException(string message) : Exception(message);
