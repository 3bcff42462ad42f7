using System.Collections.Immutable;
using System.Reactive;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing;

/// <summary>One stream of a picture: see <see cref="Marbles.ToSvg"/>.</summary>
public sealed class MarbleLane
{
    private MarbleLane(string title, ImmutableArray<MarbleMark> marks) => (Title, Marks) = (title, marks);

    /// <summary>What stands at the left of the lane.</summary>
    public string Title { get; }

    /// <summary>The marbles in order of time.</summary>
    public ImmutableArray<MarbleMark> Marks { get; }

    /// <summary>A lane of a recording.</summary>
    /// <param name="title">What stands at its left.</param>
    /// <param name="recording">What the stream did.</param>
    /// <param name="label">What stands in a value's marble; null for the value's own name or text.</param>
    public static MarbleLane Of<T>(string title, MarbleRecording<T> recording, Func<T, string>? label = null)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var name = label ?? (value => SelfNames.NameOf(value) ?? ValueText.Of(value));
        return new(ValueText.OneLine(title), [.. recording.Select(e => Mark(e, name))]);
    }

    private static MarbleMark Mark<T>(MarbleEvent<T> e, Func<T, string> label) => e.Notification.Kind switch
    {
        NotificationKind.OnNext => Value(e.At, label(e.Notification.Value), ValueText.Of(e.Notification.Value)),
        NotificationKind.OnError => new(e.At, MarbleMarkKind.Error, "", ValueText.Of(e.Notification.Exception!)),
        NotificationKind.OnCompleted => new(e.At, MarbleMarkKind.Completion, "", "completed"),
    };

    private static MarbleMark Value(TimeSpan at, string label, string detail) =>
        new(at, MarbleMarkKind.Value, ValueText.OneLine(label), detail.Trim('"') == label ? label : detail);
}
