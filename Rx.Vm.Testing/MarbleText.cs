using System.Text;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing;

/// <summary>A recording as text: what <see cref="Marbles.Parse{T}(string, TimeSpan, MarbleLegend{T})"/> needs to give it back.</summary>
/// <typeparam name="T">The value type.</typeparam>
public sealed class MarbleText<T>
{
    internal MarbleText(string diagram, MarbleLegend<T> legend, TimeSpan frame, bool isList)
    {
        Diagram = diagram;
        Legend = legend;
        Frame = frame;
        IsList = isList;
    }

    /// <summary>The diagram.</summary>
    public string Diagram { get; }

    /// <summary>What its names stand for; names that stand for themselves are left out.</summary>
    public MarbleLegend<T> Legend { get; }

    /// <summary>The length of one frame.</summary>
    public TimeSpan Frame { get; }

    /// <summary>
    /// Whether the diagram is in the list form, <c>{0s a, 0.5ms b, 2s |}</c>, because no marbles can stand for the times: two values are
    /// closer than a frame, or a group is still being written when the next value is due.
    /// </summary>
    public bool IsList { get; }

    /// <summary>The diagram, then a line for each name, then the frame if it is not 1 ms.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Diagram);
        foreach (var (name, value) in Legend)
        {
            text.Append($"\n  {name} = {ValueText.Of(value)}");
        }

        foreach (var error in Legend.Errors)
        {
            text.Append($"\n  {error.Token} = {error.Description}");
        }

        return Frame == Marbles.DefaultFrame ? text.ToString() : text.Append($"\n  frame = {Durations.Shortest(Frame.Ticks)}").ToString();
    }
}
