namespace Rx.Vm.Testing;

/// <summary>A diagram that cannot be read.</summary>
public sealed class MarbleSyntaxException : MarbleException
{
    internal MarbleSyntaxException(string diagram, int index, string problem)
        : base($"column {index + 1}: {problem}\n  {OneLine(diagram)}\n  {new string(' ', index)}^")
    {
        Diagram = diagram;
        Column = index + 1;
        Problem = problem;
    }

    /// <summary>The diagram as it was given.</summary>
    public string Diagram { get; }

    /// <summary>Where the problem is; the first character is column 1.</summary>
    public int Column { get; }

    /// <summary>What is wrong, in one line.</summary>
    public string Problem { get; }

    // A diagram may be written over several lines; the caret needs it on one, with every column in place.
    private static string OneLine(string text) => string.Create(text.Length, text, static (line, source) =>
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.IsWhiteSpace(source[i]) || char.IsControl(source[i]) ? ' ' : source[i];
        }
    });
}
