using Rx.Qmp.Isolation;
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
                return await OpenOnceAsync(endpoint, options, stop).ConfigureAwait(false);
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

    private static ValueTask<Stream> OpenOnceAsync(QmpEndpoint endpoint, QmpClientOptions options, CancellationToken stop) =>
        endpoint is OpenedQmpEndpoint foreign ? OpenForeignAsync(foreign, options.InlineContinuations, stop) : endpoint.OpenAsync(stop);

    /// <summary>The application's own: whatever it does, the attempt ends with its token.</summary>
    private static async ValueTask<Stream> OpenForeignAsync(OpenedQmpEndpoint endpoint, bool inline, CancellationToken stop)
    {
        var opening = CallAsync(endpoint, inline, stop);
        try
        {
            var stream = await opening.WaitAsync(stop).ConfigureAwait(false)
                ?? throw new QmpConnectException(QmpConnectFailure.Other, endpoint.ToString(), new IOException("It opened no stream."));
            return ForeignStream.Wrap(stream, inline);
        }
        catch (OperationCanceledException)
        {
            // Whether it has opened meanwhile or does so later: nobody else will close it.
            _ = DisposeLateAsync(opening, inline);
            throw;
        }
    }

    private static async Task<Stream?> CallAsync(OpenedQmpEndpoint endpoint, bool inline, CancellationToken stop)
    {
        await Foreign.EnterAsync(inline).ConfigureAwait(false);
        return await endpoint.OpenAsync(stop).ConfigureAwait(false);
    }

    private static async Task DisposeLateAsync(Task<Stream?> opening, bool inline)
    {
        try
        {
            if (await opening.ConfigureAwait(false) is { } late)
            {
                await ForeignStream.DiscardAsync(late, inline).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Nobody waits for it any more.
        }
    }
}
