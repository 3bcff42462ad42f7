using Rx.Qmp.Isolation;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>The reading half of a session.</summary>
internal sealed partial class QmpSession
{
    /// <summary>True on the thread that is routing messages right now: inside observers and continuations that run inline.</summary>
    public bool IsReading => _readingThread == Environment.CurrentManagedThreadId;

    /// <summary>True while the server owes something: the rest of a message, or a reply, which its caller will be told on this thread.</summary>
    private bool ExpectsBytes => _router.IsInsideMessage || (_options.InlineContinuations && _window.HasInFlight);

    private async Task ReadAsync(Stream stream)
    {
        var wait = new BriefWait(stream);
        QmpException? cause;
        try
        {
            if (wait.IsPossible)
            {
                // Reading may go on for long without ever leaving its thread, so it has to be one of its own.
                await Foreign.EnterAsync(inline: false).ConfigureAwait(false);
            }

            do
            {
                if (ExpectsBytes)
                {
                    wait.ForBytes();
                }

                cause = Take(await stream.ReadAsync(_router.GetRoom()).ConfigureAwait(false));
            }
            while (cause is null);
        }
        catch (Exception fault)
        {
            cause = new QmpDisconnectedException("The connection broke.", null, fault);
        }

        EndByServer(cause);
    }

    private QmpException? Take(int count)
    {
        if (count == 0)
        {
            return _router.IsInsideMessage
                ? new QmpProtocolException(QmpProtocolFault.Truncated, "The connection ended inside a message.", _writeFault)
                : new QmpDisconnectedException("The server closed the connection.", null, _writeFault);
        }

        _readingThread = Environment.CurrentManagedThreadId;
        QmpProtocolException? fault;
        try
        {
            fault = _router.Accept(count);
        }
        finally
        {
            _readingThread = 0;
        }

        _pump.Run();
        return fault;
    }
}
