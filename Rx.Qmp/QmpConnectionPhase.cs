namespace Rx.Qmp;

/// <summary>Where a client's connection stands. Each connection only moves down this list; after <see cref="Lost"/> a client that
/// reconnects begins again at <see cref="Connecting"/>. <see cref="Closed"/> is final.</summary>
public enum QmpConnectionPhase
{
    /// <summary>The endpoint is being opened.</summary>
    Connecting,

    /// <summary>Connected; greeting and capabilities are under way.</summary>
    Negotiating,

    /// <summary>Connected; <see cref="QmpClientOptions.Resync"/> looks at what was missed. Only where there is one.</summary>
    Resyncing,

    /// <summary>Commands run.</summary>
    Ready,

    /// <summary>Ended without being asked to, or never came about. Events are missed from here to the next <see cref="Ready"/>. Final unless
    /// <see cref="QmpConnectionState.RetryAfter"/> says when it is tried again.</summary>
    Lost,

    /// <summary>Ended on request: by disposal, after quit, or because the caller of ConnectAsync gave up.</summary>
    Closed,
}
