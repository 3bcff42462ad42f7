namespace Rx.Qmp.Testing;

/// <summary>Who said something in a transcript.</summary>
public enum QmpTranscriptSide
{
    /// <summary>The client: commands.</summary>
    Client,

    /// <summary>The server: greeting, replies and events.</summary>
    Server,
}
