using System.Text;

namespace Rx.Qmp.Generator.Emit;

/// <summary>Lines of C#, indented by their braces.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _level;

    public void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _level * 4).Append(line);
        }

        _text.Append('\n');
    }

    public void Open(string head)
    {
        Line(head);
        Line("{");
        _level++;
    }

    public void Close(string tail = "")
    {
        _level--;
        Line("}" + tail);
    }

    /// <summary>A documentation comment of one line.</summary>
    public void Summary(string text) => Line($"/// <summary>{text}</summary>");

    /// <summary>A line one level deeper.</summary>
    public void Deeper(string line)
    {
        _level++;
        Line(line);
        _level--;
    }

    public override string ToString() => _text.ToString();
}
