using Rx.Values;

namespace Rx.Qmp.Testing;

/// <summary>One entry of a transcript.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="At">When, since the recording began; exact to a microsecond.</param>
/// <param name="From">Who.</param>
/// <param name="Kind">What.</param>
/// <param name="Message">The message in UTF-8, compact, secrets masked; empty for other kinds.</param>
/// <param name="Bytes">How many bytes were not kept; zero for a message and an end.</param>
public sealed record QmpTranscriptEntry(
    int Line, TimeSpan At, QmpTranscriptSide From, QmpTranscriptKind Kind, ReadOnlyMemory<byte> Message, long Bytes)
{
    private readonly BytesField _message = Message;

    /// <summary>The message in UTF-8, compact, secrets masked; empty for other kinds.</summary>
    public ReadOnlyMemory<byte> Message { get => _message; init => _message = value; }
}
