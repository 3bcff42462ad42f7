using Rx.Qmp.Isolation;

namespace Rx.Qmp.Connections;

/// <summary>Where a client's connections come from.</summary>
/// <param name="Name">The endpoint as text.</param>
/// <param name="OpenAsync">Makes a connection, trying until the token says stop.</param>
/// <param name="ExplainEarlyEnd">What it means that a connection ended before the greeting.</param>
/// <param name="IsRepeatable">False: there is only one.</param>
internal sealed record ConnectionSource(
    string Name,
    Func<CancellationToken, ValueTask<Stream>> OpenAsync,
    Func<QmpException, QmpException> ExplainEarlyEnd,
    bool IsRepeatable)
{
    public static ConnectionSource Of(QmpEndpoint endpoint, QmpClientOptions options) =>
        new(endpoint.ToString()!, stop => Connector.OpenAsync(endpoint, options, stop), endpoint.ExplainEarlyEnd, IsRepeatable: true);

    public static ConnectionSource Of(Stream stream, bool inline) =>
        new("the given stream", _ => new ValueTask<Stream>(ForeignStream.Wrap(stream, inline)), static cause => cause, IsRepeatable: false);

    /// <summary>Closes what was handed over to a client that cannot use it.</summary>
    public async ValueTask RejectAsync()
    {
        if (!IsRepeatable)
        {
            var given = await OpenAsync(CancellationToken.None).ConfigureAwait(false);
            await given.DisposeAsync().ConfigureAwait(false);
        }
    }
}
