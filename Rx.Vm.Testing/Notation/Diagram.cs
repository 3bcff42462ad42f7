using System.Collections.Immutable;
using System.Reactive;

namespace Rx.Vm.Testing.Notation;

/// <summary>A diagram that was read, before its names are looked up.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Marks">Values, errors and completions in order of time.</param>
/// <param name="OriginIndex">Where the <c>^</c> stands, if there is one.</param>
internal sealed record Diagram(string Text, ImmutableArray<Mark> Marks, int? OriginIndex)
{
    public MarbleRecording<T> Resolve<T>(MarbleLegend<T> legend) =>
        new(Marks.Select(mark => new MarbleEvent<T>(TimeSpan.FromTicks(mark.Ticks), Meaning(mark, legend))));

    /// <summary>This diagram, if it has no <c>^</c> and nothing before time zero.</summary>
    public Diagram FromZero(string what) =>
        (OriginIndex ?? Marks.Where(m => m.Ticks < 0).Select(m => (int?)m.Index).FirstOrDefault()) is { } index
            ? throw new MarbleSyntaxException(Text, index, $"{what} begins at time zero; '^' and times before it are for hot sources")
            : this;

    private Notification<T> Meaning<T>(Mark mark, MarbleLegend<T> legend)
    {
        switch (mark.Kind)
        {
            case MarkKind.Completion:
                return Notification.CreateOnCompleted<T>();
            case MarkKind.Error:
                return Notification.CreateOnError<T>(legend.Error(mark.Name));
            default:
                return legend.TryValue(mark.Name, out var value)
                    ? Notification.CreateOnNext(value)
                    : throw new MarbleSyntaxException(Text, mark.Index, Unknown(mark.Name, legend));
        }
    }

    private static string Unknown<T>(string name, MarbleLegend<T> legend)
    {
        var names = typeof(T).IsEnum ? legend.Select(e => e.Name).Concat(Enum.GetNames(typeof(T))) : legend.Select(e => e.Name);
        var known = string.Join(", ", names.Take(20));
        return $"'{name}' stands for no {typeof(T).Name}; known: {(known.Length == 0 ? "nothing" : known)}";
    }
}
