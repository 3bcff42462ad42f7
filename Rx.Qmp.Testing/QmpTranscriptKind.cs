namespace Rx.Qmp.Testing;

/// <summary>What an entry of a transcript is.</summary>
public enum QmpTranscriptKind
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>A message too long for a line; only its length was kept.</summary>
    Omitted,

    /// <summary>Bytes that are no message, or that no message can be found behind; only their number was kept.</summary>
    Unreadable,

    /// <summary>This side closed the connection.</summary>
    End,
}
