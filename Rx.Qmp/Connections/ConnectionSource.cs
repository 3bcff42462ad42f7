using Rx.Qmp.Isolation;

namespace Rx.Qmp.Connections;

/// <summary>Where a client's connections come from.</summary>
/// <param name="Name">The endpoint as text.</param>
/// <param name="OpenAsync">Makes a connection, trying until the token says stop.</param>
/// <param name="ExplainEarlyEnd">What it means that a connection ended before the greeting.</param>
/// <param name="Given">The only connection there is, handed over by the application; null: another can be made.</param>
internal sealed record ConnectionSource(
    string Name,
    Func<CancellationToken, ValueTask<Stream>> OpenAsync,
    Func<QmpException, QmpException> ExplainEarlyEnd,
    Stream? Given)
{
    public bool IsRepeatable => Given is null;

    public static ConnectionSource Of(QmpEndpoint endpoint, QmpClientOptions options) =>
        new(endpoint.ToString()!, stop => Connector.OpenAsync(endpoint, options, stop), endpoint.ExplainEarlyEnd, Given: null);

    public static ConnectionSource Of(Stream stream, bool inline) =>
        new("the given stream", _ => new ValueTask<Stream>(ForeignStream.Wrap(stream, inline)), static cause => cause, stream);

    /// <summary>Closes what was handed over to a client that cannot use it. Waits for nobody and throws nothing.</summary>
    /// <param name="inline">True: nothing is to leave the thread it is on.</param>
    public void Reject(bool inline)
    {
        if (Given is not null)
        {
            _ = ForeignStream.DiscardAsync(Given, inline);
        }
    }
}
