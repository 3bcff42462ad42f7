using Rx.Qmp.Isolation;

namespace Rx.Qmp;

/// <summary>How a <see cref="QmpReconnectingClient"/> behaves. Immutable.</summary>
public sealed record QmpReconnectOptions
{
    /// <summary>How each connection's client behaves; its scheduler is the clock of everything here as well.</summary>
    public required QmpClientOptions Client { get; init; }

    /// <summary>Whether to connect again at all; by default not.</summary>
    public QmpReconnectPolicy Policy { get; init; } = QmpReconnectPolicy.Never;

    /// <summary>
    /// Called with each new connection before anyone else's commands run on it, the first included: the place to ask for the state that
    /// may have changed in the gap (events are not replayed), and to hand over file descriptors again (they went with the connection
    /// before). Its commands go to the client it is given. If it throws, that connection is dropped and counts as a failed attempt.
    /// The token is cancelled when the connection is lost, the time is up or the application ends it all.
    /// </summary>
    public Func<QmpClient, CancellationToken, Task>? Resync { get; init; }

    /// <summary>How long <see cref="Resync"/> may take.</summary>
    public TimeSpan ResyncTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Client);
        ArgumentNullException.ThrowIfNull(Policy);
        Client.Validate();
        Policy.Validate();
        TimeLimit.Check(ResyncTimeout);
    }
}
