namespace Rx.Qmp;

/// <summary>Where a connection stands. It only moves down this list, and <see cref="Lost"/> and <see cref="Closed"/> are final.</summary>
public enum QmpConnectionPhase
{
    /// <summary>The endpoint is being opened.</summary>
    Connecting,

    /// <summary>Connected; greeting and capabilities are under way.</summary>
    Negotiating,

    /// <summary>Commands run.</summary>
    Ready,

    /// <summary>Ended without being asked to, or never came about.</summary>
    Lost,

    /// <summary>Ended on request, by disposal or after quit.</summary>
    Closed,
}
