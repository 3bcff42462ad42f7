using System.Globalization;
using System.Text;
using Rx.Vm.Testing.Notation;

namespace Rx.Vm.Testing.Drawing;

/// <summary>Writes a picture. Every number has one decimal, so the same lanes give the same text.</summary>
internal sealed class SvgWriter(SvgLayout layout)
{
    private const double Below = 30;

    private static readonly (string Fill, string Line)[] Colours =
    [
        ("#e8eef7", "#3b5b8c"), ("#f3e9dc", "#8a5a1c"), ("#e6f2e6", "#2f6f3a"), ("#efe6f5", "#6a3d8f"), ("#fdf1c7", "#8a6d00"),
        ("#dff1f3", "#1f6a75"),
    ];

    private readonly StringBuilder _text = new();

    public string Write(string title)
    {
        var (width, height) = (layout.Right + 14, layout.AxisY + Below);
        _text.Append($$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{N(width)}} {{N(height)}}" width="{{N(width)}}" height="{{N(height)}}"
                role="img" aria-label="{{Escape(title)}}">
            <style>
            text { font-family: ui-sans-serif, system-ui, "DejaVu Sans", Helvetica, Arial, sans-serif; }
            .title { font-size: 13px; font-weight: 600; text-anchor: end; }
            .label { font-size: 11.5px; text-anchor: middle; fill: #1c2733; }
            .time { font-size: 10.5px; text-anchor: middle; fill: #5b6875; }
            .lane { stroke-width: 1.6; fill: none; }
            .grid { stroke: #e3e7eb; stroke-width: 1; }
            .dashed { stroke-dasharray: 2 5; }
            </style>
            <rect x="0.5" y="0.5" width="{{N(width - 1)}}" height="{{N(height - 1)}}" rx="8" fill="#ffffff" stroke="#d5dae0"/>

            """);
        Axis();
        for (var i = 0; i < layout.Lanes.Count; i++)
        {
            Lane(layout.Lanes[i], layout.LaneY[i], Colours[i % Colours.Length]);
        }

        return _text.Append("</svg>\n").ToString();
    }

    private static string N(double number) => number.ToString("F1", CultureInfo.InvariantCulture);

    private static string Time(TimeSpan time) => Durations.Words(time.Ticks);

    // Control characters other than tab and newline cannot stand in XML at all; values are on one line without any.
    private static string Escape(string text) => ValueText.OneLine(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD');

    private void Axis()
    {
        var free = 0.0;
        foreach (var time in layout.Times)
        {
            var x = layout.X(time);
            var label = Time(time);
            var half = label.Length * 3.1;
            _text.Append($"<line class=\"grid\" x1=\"{N(x)}\" y1=\"14.0\" x2=\"{N(x)}\" y2=\"{N(layout.AxisY + 4)}\"/>\n");
            if (x - half >= free)
            {
                _text.Append($"<text class=\"time\" x=\"{N(x)}\" y=\"{N(layout.AxisY + 17)}\">{label}</text>\n");
                free = x + half + 5;
            }
        }

        Line(layout.AxisY, layout.Right, "#9aa5b1");
    }

    private void Lane(MarbleLane lane, double y, (string Fill, string Line) colour)
    {
        var end = lane.Marks.FirstOrDefault(m => m.Kind != MarbleMarkKind.Value);
        var ends = end.Detail is not null;
        var right = ends ? layout.X(end.At) : layout.Right;
        _text.Append($"<text class=\"title\" x=\"{N(layout.Left - 14)}\" y=\"{N(y + 4.5)}\" fill=\"{colour.Line}\">")
            .Append($"{Escape(lane.Title)}</text>\n");
        Line(y, right, colour.Line);
        if (!ends)
        {
            _text.Append($"<path d=\"M{N(right)} {N(y - 4)} L{N(right + 7)} {N(y)} L{N(right)} {N(y + 4)} Z\" fill=\"{colour.Line}\"/>\n");
        }

        foreach (var mark in lane.Marks.Where(m => m.Kind == MarbleMarkKind.Completion))
        {
            Bar(mark, y, SvgLayout.Height(lane, mark.At) - 1, colour.Line);
        }

        foreach (var (mark, row) in SvgLayout.Stacked(lane))
        {
            Marble(mark, y + (row * SvgLayout.StackStep), colour);
        }
    }

    // Dashed where time was shortened.
    private void Line(double y, double right, string colour)
    {
        var from = layout.Left;
        foreach (var (begin, finish) in layout.Shortened.Where(s => s.From < right))
        {
            Segment(from, begin, "lane");
            Segment(begin, Math.Min(finish, right), "lane dashed");
            from = Math.Min(finish, right);
        }

        Segment(from, right, "lane");

        void Segment(double a, double b, string style)
        {
            if (b > a)
            {
                _text.Append($"<line class=\"{style}\" x1=\"{N(a)}\" y1=\"{N(y)}\" x2=\"{N(b)}\" y2=\"{N(y)}\" stroke=\"{colour}\"/>\n");
            }
        }
    }

    private void Bar(MarbleMark mark, double y, int rows, string colour)
    {
        var x = N(layout.X(mark.At));
        var bottom = y + (rows * SvgLayout.StackStep) + SvgLayout.Radius + 4;
        _text.Append($"<line x1=\"{x}\" y1=\"{N(y - SvgLayout.Radius - 4)}\" x2=\"{x}\" y2=\"{N(bottom)}\" ")
            .Append($"stroke=\"{colour}\" stroke-width=\"3\">")
            .Append($"<title>{Tooltip(mark)}</title></line>\n");
    }

    private void Marble(MarbleMark mark, double y, (string Fill, string Line) colour)
    {
        var x = layout.X(mark.At);
        if (mark.Kind == MarbleMarkKind.Error)
        {
            _text.Append($"<path d=\"M{N(x - 8)} {N(y - 8)} L{N(x + 8)} {N(y + 8)} M{N(x + 8)} {N(y - 8)} L{N(x - 8)} {N(y + 8)}\" ")
                .Append($"stroke=\"#b3261e\" stroke-width=\"3\"><title>{Tooltip(mark)}</title></path>\n");
            return;
        }

        var half = SvgLayout.HalfWidth(mark);
        _text.Append($"<g><title>{Tooltip(mark)}</title><rect x=\"{N(x - half)}\" y=\"{N(y - SvgLayout.Radius)}\" width=\"{N(2 * half)}\" ")
            .Append($"height=\"{N(2 * SvgLayout.Radius)}\" rx=\"{N(SvgLayout.Radius)}\" ")
            .Append($"fill=\"{colour.Fill}\" stroke=\"{colour.Line}\" stroke-width=\"1.6\"/>")
            .Append($"<text class=\"label\" x=\"{N(x)}\" y=\"{N(y + 4)}\">{Escape(SvgLayout.Label(mark))}</text></g>\n");
    }

    private static string Tooltip(MarbleMark mark) => $"{Time(mark.At)} {Escape(mark.Detail)}";
}
