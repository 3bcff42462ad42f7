using System.Collections.Immutable;
using System.Reactive.Concurrency;
using Rx.Qmp.Testing.Transcripts;

namespace Rx.Qmp.Testing;

/// <summary>
/// What was said over one connection, as a text file of one JSON object a line: <c>us</c>, when, in microseconds since the beginning;
/// <c>from</c>, who, client or server; and <c>message</c>, or <c>omitted</c> or <c>unreadable</c> with a number of bytes, or <c>end</c>.
/// A file may be cut anywhere, as a killed process leaves it: a last line without its end is dropped.
/// </summary>
public sealed class QmpTranscript
{
    internal QmpTranscript(ImmutableArray<QmpTranscriptEntry> entries, bool isTorn) => (Entries, IsTorn) = (entries, isTorn);

    /// <summary>What was said, in order.</summary>
    public ImmutableArray<QmpTranscriptEntry> Entries { get; }

    /// <summary>True when the last line was not whole.</summary>
    public bool IsTorn { get; }

    /// <summary>Records a connection. Lines are written, and flushed, on the threads that read and write it.</summary>
    /// <param name="connection">The connection, to be used through the result from now on.</param>
    /// <param name="output">Where the transcript goes; disposed of with the result.</param>
    /// <param name="scheduler">The clock of the transcript.</param>
    /// <param name="options">Limits, and what is masked; null: the defaults.</param>
    /// <returns>The same connection.</returns>
    public static QmpRecordingStream Record(
        Stream connection, Stream output, IScheduler scheduler, QmpTranscriptOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(scheduler);
        options ??= new QmpTranscriptOptions();
        options.Validate();
        return new QmpRecordingStream(connection, new TranscriptWriter(output, scheduler, options));
    }

    /// <summary>Records every connection made to an endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="open">Makes the transcript of one connection, once that is open; disposed of with the connection.</param>
    /// <param name="scheduler">The clock of the transcripts.</param>
    /// <param name="options">Limits, and what is masked; null: the defaults.</param>
    /// <returns>The same endpoint.</returns>
    public static QmpEndpoint Record(
        QmpEndpoint endpoint, Func<Stream> open, IScheduler scheduler, QmpTranscriptOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(scheduler);
        (options ?? new QmpTranscriptOptions()).Validate();
        return new RecordingEndpoint(endpoint, connection => Record(connection, open(), scheduler, options));
    }

    /// <summary>Reads a transcript.</summary>
    /// <param name="input">The file; read to its end and left open.</param>
    /// <param name="options">Limits; null: the defaults.</param>
    /// <returns>The transcript.</returns>
    /// <exception cref="QmpTranscriptException">A line is no entry, or too long, or the file is.</exception>
    public static QmpTranscript Read(Stream input, QmpTranscriptOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        options ??= new QmpTranscriptOptions();
        options.Validate();
        return TranscriptReader.Read(input, options);
    }

    /// <summary>Reads a transcript from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; null: the defaults.</param>
    /// <returns>The transcript.</returns>
    /// <exception cref="QmpTranscriptException">As for the other overload.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static QmpTranscript Read(string path, QmpTranscriptOptions? options = null)
    {
        using var input = File.OpenRead(path);
        return Read(input, options);
    }
}
