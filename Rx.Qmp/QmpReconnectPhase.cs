namespace Rx.Qmp;

/// <summary>Where a <see cref="QmpReconnectingClient"/> stands. From <see cref="Lost"/> it goes on to <see cref="Connecting"/> or to
/// <see cref="Ended"/>, which alone is final.</summary>
public enum QmpReconnectPhase
{
    /// <summary>A connection is being made.</summary>
    Connecting,

    /// <summary>Connected; the application looks at what it missed.</summary>
    Resyncing,

    /// <summary>Commands run.</summary>
    Ready,

    /// <summary>The connection was lost, or did not come about: events may be missed from here to the next
    /// <see cref="Resyncing"/>.</summary>
    Lost,

    /// <summary>There will be no further connection.</summary>
    Ended,
}
