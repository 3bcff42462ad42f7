namespace Rx.Qmp.Testing;

/// <summary>How transcripts are written and read. Immutable.</summary>
public sealed record QmpTranscriptOptions
{
    /// <summary>What is masked when recording.</summary>
    public QmpRedaction Redaction { get; init; } = QmpRedaction.Default;

    /// <summary>Longest line in bytes. A longer message is recorded by its length only; a file with a longer line is refused.</summary>
    public int MaxLineBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest file in bytes. Recording ends there, in whole lines; a longer file is refused.</summary>
    public long MaxBytes { get; init; } = 256L * 1024 * 1024;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Redaction);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLineBytes, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, MaxLineBytes);
    }
}
