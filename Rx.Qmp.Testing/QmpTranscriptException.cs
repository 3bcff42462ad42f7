namespace Rx.Qmp.Testing;

/// <summary>A transcript cannot be read, or a client did not keep to the one that is replayed.</summary>
public sealed class QmpTranscriptException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="line">The line of the transcript.</param>
    /// <param name="difference">What is wrong with it or with what came instead.</param>
    public QmpTranscriptException(int line, string difference)
        : base($"Transcript line {line}: {difference}")
    {
        Line = line;
        Difference = difference;
    }

    /// <summary>The line of the transcript, from 1.</summary>
    public int Line { get; }

    /// <summary>What is wrong.</summary>
    public string Difference { get; }
}
