namespace Rx.Qmp.Testing.Transcripts;

/// <summary>An endpoint whose connections are recorded.</summary>
internal sealed class RecordingEndpoint(QmpEndpoint inner, Func<Stream, Stream> record) : QmpEndpoint
{
    public override string ToString() => inner.ToString()!;

    internal override async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await inner.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return record(connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
