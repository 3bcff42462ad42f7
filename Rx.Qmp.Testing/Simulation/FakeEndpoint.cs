namespace Rx.Qmp.Testing.Simulation;

/// <summary>A fake server as something to connect to: each attempt is refused, or gives a new in-memory connection.</summary>
internal sealed class FakeEndpoint(FakeQmpServer server) : QmpEndpoint
{
    public override string ToString() => "fake";

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) => server.ConnectFailure is { } failure
        ? ValueTask.FromException<Stream>(new QmpConnectException(failure, ToString()))
        : new ValueTask<Stream>(server.Connect());
}
