namespace Rx.Qmp;

/// <summary>Where the interesting parts of one message lie. Positions refer to the frame it was read from; nothing is copied.</summary>
internal struct MessageHeader
{
    /// <summary><see cref="Slot"/> of a message without an id.</summary>
    public const int NoId = -1;

    /// <summary><see cref="Slot"/> of a message whose id this client never sends.</summary>
    public const int ForeignId = -2;

    /// <summary>Starts out with no id.</summary>
    public MessageHeader() => Slot = NoId;

    /// <summary>What the message is.</summary>
    public MessageKind Kind;

    /// <summary>The id, <see cref="NoId"/> or <see cref="ForeignId"/>.</summary>
    public int Slot;

    /// <summary>The value of return, error or QMP.</summary>
    public Range Value;

    /// <summary>The value of an event's data; empty where it has none.</summary>
    public Range Data;

    /// <summary>The event's name between its quotes, escapes as sent.</summary>
    public Range Name;

    /// <summary>True when the name holds escapes.</summary>
    public bool NameIsEscaped;

    /// <summary>Seconds of the time stamp; negative: unknown.</summary>
    public long Seconds;

    /// <summary>Microseconds of the time stamp; negative: unknown.</summary>
    public long Microseconds;
}
