using Rx.Qmp.Isolation;

namespace Rx.Qmp.Testing.Transcripts;

/// <summary>An endpoint whose connections are recorded. What makes a transcript is the application's, and isolated like an endpoint of its
/// own.</summary>
internal sealed class RecordingEndpoint(QmpEndpoint inner, Func<Stream, Stream> record) : QmpEndpoint
{
    public override string ToString() => inner.ToString()!;

    internal override ValueTask<Stream> OpenAsync(bool inline, CancellationToken cancellationToken) =>
        ForeignStream.OpenAsync(stop => RecordAsync(inline, stop), ToString(), inline, cancellationToken);

    internal override QmpException ExplainEarlyEnd(QmpException cause) => inner.ExplainEarlyEnd(cause);

    private async ValueTask<Stream> RecordAsync(bool inline, CancellationToken stop)
    {
        var connection = await inner.OpenAsync(inline, stop).ConfigureAwait(false);
        try
        {
            return record(connection);
        }
        catch
        {
            _ = ForeignStream.DiscardAsync(connection, inline);
            throw;
        }
    }
}
