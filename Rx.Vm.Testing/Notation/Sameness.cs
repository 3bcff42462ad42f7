using System.Reactive;

namespace Rx.Vm.Testing.Notation;

/// <summary>When two notifications count as the same.</summary>
internal static class Sameness
{
    public static bool Same<T>(Notification<T> expected, Notification<T> actual, IEqualityComparer<T>? comparer) =>
        expected.Kind == actual.Kind && expected.Kind switch
        {
            NotificationKind.OnNext => (comparer ?? EqualityComparer<T>.Default).Equals(expected.Value, actual.Value),
            NotificationKind.OnError => Same(expected.Exception!, actual.Exception!),
            NotificationKind.OnCompleted => true,
        };

    private static bool Same(Exception expected, Exception actual) => (expected, actual) switch
    {
        (ErrorPattern one, ErrorPattern other) => ReferenceEquals(one, other),
        (ErrorPattern pattern, _) => pattern.Accepts(actual),
        (_, ErrorPattern pattern) => pattern.Accepts(expected),
        _ => expected.Equals(actual) || (expected.GetType() == actual.GetType() && expected.Message == actual.Message),
    };
}
