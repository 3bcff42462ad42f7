namespace Rx.Qmp.Session;

/// <summary>Opens an endpoint that may not exist yet: QEMU creates its socket, and listens on it, some time after it was started.</summary>
internal static class Connector
{
    /// <summary>Tries until it works, cannot work, or the token says stop.</summary>
    /// <exception cref="QmpConnectException">The last failure, once the time is up or at once if trying again is no use.</exception>
    public static async ValueTask<Stream> OpenAsync(QmpEndpoint endpoint, QmpClientOptions options, CancellationToken stop)
    {
        while (true)
        {
            QmpConnectException last;
            try
            {
                return await endpoint.OpenAsync(stop).ConfigureAwait(false);
            }
            catch (QmpConnectException fault) when (MayTryAgain(fault, options))
            {
                last = fault;
            }

            try
            {
                await SchedulerDelay.WaitAsync(options.Scheduler, options.ConnectRetryInterval, options.InlineContinuations, stop)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw last;
            }
        }
    }

    private static bool MayTryAgain(QmpConnectException fault, QmpClientOptions options) =>
        fault.Failure is QmpConnectFailure.Missing or QmpConnectFailure.Refused && options.ConnectRetryInterval > TimeSpan.Zero;
}
