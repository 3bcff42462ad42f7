namespace Rx.Vm.Testing.Drawing;

/// <summary>Where everything of a picture stands, in pixels.</summary>
internal sealed class SvgLayout
{
    public const double Radius = 13;
    public const double StackStep = 31;

    private const double LaneTop = 26;
    private const double LaneBottom = 22;
    private const double TypicalGap = 52;
    private const double LeastGap = 40;
    private const double MostGap = 96;
    private const double Space = 8;
    private const double Tail = 34;
    private const int MostLabel = 24;

    private readonly IReadOnlyList<MarbleLane> _lanes;
    private readonly List<ILookup<TimeSpan, MarbleMark>> _marks;
    private readonly Dictionary<TimeSpan, double> _x = [];

    public SvgLayout(IReadOnlyList<MarbleLane> lanes)
    {
        _lanes = lanes;
        _marks = [.. lanes.Select(l => l.Marks.ToLookup(m => m.At))];
        Times = [.. lanes.SelectMany(l => l.Marks).Select(m => m.At).Distinct().Order()];
        Left = lanes.Select(l => l.Title.Length * 7.6).Append(0).Max() + 30;
        PlaceTimes();
        PlaceLanes();
    }

    public IReadOnlyList<MarbleLane> Lanes => _lanes;

    /// <summary>All times at which something happens.</summary>
    public IReadOnlyList<TimeSpan> Times { get; }

    /// <summary>Where the lanes begin.</summary>
    public double Left { get; }

    /// <summary>Where the lanes end.</summary>
    public double Right { get; private set; }

    /// <summary>The line of each lane; values of equal times hang below it.</summary>
    public List<double> LaneY { get; } = [];

    /// <summary>The time axis.</summary>
    public double AxisY { get; private set; }

    /// <summary>Stretches of the picture that are shorter than the time they stand for.</summary>
    public List<(double From, double To)> Shortened { get; } = [];

    public double X(TimeSpan time) => _x[time];

    /// <summary>The text in a marble, cut to what one can hold.</summary>
    public static string Label(MarbleMark mark) =>
        mark.Label.Length <= MostLabel ? mark.Label : string.Concat(mark.Label.AsSpan(0, MostLabel - 1), "…");

    /// <summary>Half the width of a marble: a circle for one or two characters, stretched for more.</summary>
    public static double HalfWidth(MarbleMark mark) => mark.Kind switch
    {
        MarbleMarkKind.Value => Math.Max(Radius, (Label(mark).Sum(Width) / 2) + 10),
        MarbleMarkKind.Error => 9,
        MarbleMarkKind.Completion => 4,
    };

    /// <summary>The marbles of a lane that are drawn one below the other: those of equal times, without the completion.</summary>
    public static IEnumerable<(MarbleMark Mark, int Row)> Stacked(MarbleLane lane) => lane.Marks
        .Where(m => m.Kind != MarbleMarkKind.Completion)
        .GroupBy(m => m.At)
        .SelectMany(g => g.Select((m, row) => (m, row)));

    /// <summary>How many marbles hang at one time of a lane; at least one.</summary>
    public static int Height(MarbleLane lane, TimeSpan at) =>
        Math.Max(1, lane.Marks.Count(m => m.At == at && m.Kind != MarbleMarkKind.Completion));

    // Of a common sans-serif face at the size of a label; a viewer may have another, so there is room on both sides.
    private static double Width(char letter) => char.IsUpper(letter) || letter is 'm' or 'w' ? 8.4 : letter is 'i' or 'l' or ' ' ? 4 : 6.8;

    private double Half(int lane, TimeSpan at) => _marks[lane][at].Select(HalfWidth).DefaultIfEmpty(0).Max();

    private void PlaceTimes()
    {
        var scale = Scale();
        var ends = _lanes.Select(_ => Left).ToArray();
        var last = (Time: TimeSpan.Zero, X: Left);
        for (var i = 0; i < Times.Count; i++)
        {
            var gap = (Times[i] - (i == 0 ? TimeSpan.Zero : last.Time)).Ticks * scale;
            var shortened = gap > MostGap;
            var wanted = last.X + (i == 0 && Times[i] <= TimeSpan.Zero ? 20 : Math.Clamp(gap, LeastGap, MostGap));
            for (var lane = 0; lane < _lanes.Count; lane++)
            {
                var half = Half(lane, Times[i]);
                wanted = half > 0 ? Math.Max(wanted, ends[lane] + Space + half) : wanted;
            }

            for (var lane = 0; lane < _lanes.Count; lane++)
            {
                var half = Half(lane, Times[i]);
                ends[lane] = half > 0 ? wanted + half : ends[lane];
            }

            if (shortened)
            {
                Shortened.Add((last.X, wanted));
            }

            _x[Times[i]] = wanted;
            last = (Times[i], wanted);
        }

        Right = ends.Append(last.X).Max() + Tail;
    }

    // Three quarters of the gaps are no longer than the typical one; so few are shortened.
    private double Scale()
    {
        var gaps = Times.Zip(Times.Skip(1), (a, b) => (b - a).Ticks).Order().ToList();
        var typical = gaps.Count > 0 ? gaps[gaps.Count * 3 / 4] : Times.Count > 0 ? Math.Abs(Times[0].Ticks) : 0;
        return typical == 0 ? 0 : TypicalGap / typical;
    }

    private void PlaceLanes()
    {
        var y = 8.0;
        foreach (var lane in _lanes)
        {
            LaneY.Add(y + LaneTop);
            y += LaneTop + LaneBottom + (StackStep * Stacked(lane).Select(m => m.Row).DefaultIfEmpty(0).Max());
        }

        AxisY = y + 14;
    }
}
