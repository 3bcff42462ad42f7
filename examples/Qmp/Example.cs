namespace QmpExamples;

/// <summary>One example.</summary>
/// <param name="RunAsync">Runs it with the arguments that follow its name.</param>
/// <param name="Usage">Those arguments; optional ones in brackets.</param>
/// <param name="Summary">What it shows.</param>
internal sealed record Example(Func<string[], CancellationToken, Task> RunAsync, string Usage, string Summary)
{
    /// <summary>How many arguments it needs.</summary>
    public int MinimumArguments => Usage.Split(' ').Count(word => !word.StartsWith('['));
}
