namespace Rx.Qmp;

/// <summary>How a server broke the protocol.</summary>
public enum QmpProtocolFault
{
    /// <summary>Bytes between messages that start no JSON object. The connection is lost.</summary>
    NotAnObject,

    /// <summary>A message is nested deeper than the client's <c>MaxDepth</c>. The connection is lost.</summary>
    TooDeep,

    /// <summary>A message is longer than the client's <c>MaxFrameBytes</c>. The connection is lost.</summary>
    TooLarge,

    /// <summary>The stream ended inside a message. The connection is lost.</summary>
    Truncated,

    /// <summary>More messages were malformed than the client's <c>MaxMalformedMessages</c>. The connection is lost.</summary>
    TooManyMalformed,

    /// <summary>A reply names a command but is not a valid message. Only that command fails.</summary>
    MalformedReply,

    /// <summary>A value does not have the shape its reader asked for.</summary>
    UnexpectedShape,
}
