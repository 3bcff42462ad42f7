using Rx.Vm.Testing.Drawing;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing;

/// <summary>
/// Marble diagrams as text and as pictures. Pure: no scheduler, no clock, no test framework.
/// <code>
/// blank        alignment only, takes no time
/// -            nothing happens for one frame
/// a            a value, looked up in the legend, else itself; one frame
/// [Running]    a value with a longer name; one frame
/// ( … )        everything inside happens when the group begins; the group takes as many frames as it has members, and two more
/// |            completion; one frame
/// #  #[name]   error; one frame
/// ^            time zero of a hot source, what is before it has negative times; in a window, subscribe; one frame
/// !            in a window, unsubscribe; takes no time
/// 5s 10ms 1.5m that time passes; a blank (or the end of the text) on both sides
/// {0s a, 2ms |} the list form: a time and a member each, for times that marbles cannot stand for
/// </code>
/// A member takes one frame, so in <c>a 9ms b</c> with frames of 1 ms, b is at 10 ms.
/// </summary>
public static class Marbles
{
    /// <summary>The length of a frame unless another is given: 1 ms, 10,000 ticks.</summary>
    public static TimeSpan DefaultFrame { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads a diagram of strings, with frames of 1 ms.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram; names the column.</exception>
    public static MarbleRecording<string> Parse(string text) => Parse<string>(text, DefaultFrame, []);

    /// <summary>Reads a diagram, with frames of 1 ms.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram, or a name stands for nothing; names the column.</exception>
    public static MarbleRecording<T> Parse<T>(string text, params MarbleLegend<T> legend) => Parse(text, DefaultFrame, legend);

    /// <summary>Reads a diagram, with frames of a given length.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no diagram, or a name stands for nothing; names the column.</exception>
    public static MarbleRecording<T> Parse<T>(string text, TimeSpan frame, params MarbleLegend<T> legend) =>
        DiagramReader.Read(text, FrameTicks(frame)).Resolve(legend);

    /// <summary>Reads a subscription window such as <c>^ 1s !</c>, with frames of 1 ms unless another length is given.</summary>
    /// <exception cref="MarbleSyntaxException">The text is no window; names the column.</exception>
    public static MarbleWindow ParseWindow(string text, TimeSpan? frame = null) =>
        DiagramReader.ReadWindow(text, FrameTicks(frame ?? DefaultFrame));

    /// <summary>
    /// Writes a recording so that <see cref="Parse{T}(string, TimeSpan, MarbleLegend{T})"/> gives it back, as short as the grammar allows:
    /// dashes for short gaps, durations for long ones, a group for equal times. Where the grammar has no way to say a time, the whole
    /// text is in the list form; a time is never rounded.
    /// </summary>
    /// <param name="recording">What to write.</param>
    /// <param name="legend">Names to use. Values without one name themselves if they can, or get the next free letter.</param>
    /// <param name="frame">The length of a frame; null for 1 ms. <see cref="FrameOf{T}"/> proposes one.</param>
    public static MarbleText<T> Render<T>(MarbleRecording<T> recording, MarbleLegend<T>? legend = null, TimeSpan? frame = null)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var length = frame ?? DefaultFrame;
        FrameTicks(length);
        return DiagramWriter.Write(recording, legend ?? MarbleLegend<T>.Empty, length);
    }

    /// <summary>Writes a window so that <see cref="ParseWindow"/> gives it back.</summary>
    /// <exception cref="MarbleException">The window ends before it begins, or within its first frame but not at its beginning.</exception>
    public static string RenderWindow(MarbleWindow window, TimeSpan? frame = null) =>
        DiagramWriter.WriteWindow(window, FrameTicks(frame ?? DefaultFrame));

    /// <summary>The greatest time that divides the times of all events: the coarsest frame the recording can be written with.</summary>
    /// <returns>1 ms if nothing happens after time zero.</returns>
    public static TimeSpan FrameOf<T>(MarbleRecording<T> recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var divisor = recording.Aggregate(0L, (gcd, e) => GreatestCommonDivisor(gcd, Math.Abs(e.At.Ticks)));
        return divisor == 0 ? DefaultFrame : TimeSpan.FromTicks(divisor);
    }

    /// <summary>
    /// Draws streams on one time axis: a circle for a value, a bar for completion, a cross for an error, marbles of equal times below one
    /// another. Dashed lines stand for time that was shortened; the times at the ticks are exact. Each marble has a tooltip with its time
    /// and value. The same lanes give the same text, whatever the culture.
    /// </summary>
    /// <param name="lanes">The streams, from the top down.</param>
    /// <param name="title">What the picture shows, for readers that cannot see it; not drawn.</param>
    public static string ToSvg(IReadOnlyList<MarbleLane> lanes, string title = "marble diagram")
    {
        ArgumentNullException.ThrowIfNull(lanes);
        return new SvgWriter(new SvgLayout(lanes)).Write(title);
    }

    internal static long FrameTicks(TimeSpan frame) =>
        frame > TimeSpan.Zero ? frame.Ticks : throw new MarbleException("a frame is longer than no time");

    private static long GreatestCommonDivisor(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
