using Rx.Qmp.Session;

namespace Rx.Qmp.Connections;

/// <summary>Opens an endpoint that may not exist yet: QEMU creates its socket, and listens on it, some time after it was started.</summary>
internal static class Connector
{
    /// <summary>Tries until it works, cannot work, or the token says stop.</summary>
    /// <exception cref="QmpConnectException">The last failure, once the time is up or at once if trying again is no use.</exception>
    /// <exception cref="OperationCanceledException">The time was up within the first attempt.</exception>
    public static async ValueTask<Stream> OpenAsync(QmpEndpoint endpoint, QmpClientOptions options, CancellationToken stop)
    {
        QmpConnectException? last = null;
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await endpoint.OpenAsync(options.InlineContinuations, stop).ConfigureAwait(false);
            }
            catch (QmpConnectException fault) when (options.ConnectRetry.Covers(fault.Failure))
            {
                last = fault;
            }
            catch (OperationCanceledException) when (last is not null)
            {
                // That the attempt before was refused says more than that this one was cut short.
                throw last;
            }

            try
            {
                var pause = options.ConnectRetry.BackOff.After(failures);
                await SchedulerDelay.WaitAsync(options.Scheduler, pause, options.InlineContinuations, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw last;
            }
        }
    }
}
