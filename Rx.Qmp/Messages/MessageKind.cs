namespace Rx.Qmp;

/// <summary>What a message is for.</summary>
internal enum MessageKind : byte
{
    /// <summary>An object with none of the members that mean something; to be tolerated.</summary>
    Unknown,

    /// <summary>Not valid JSON, or contradicting itself.</summary>
    Malformed,

    /// <summary>The greeting.</summary>
    Greeting,

    /// <summary>An event.</summary>
    Event,

    /// <summary>A successful reply.</summary>
    Return,

    /// <summary>An error reply.</summary>
    Error,
}
