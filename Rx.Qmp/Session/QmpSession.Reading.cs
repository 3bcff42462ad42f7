namespace Rx.Qmp.Session;

/// <summary>The reading half of a session.</summary>
internal sealed partial class QmpSession
{
    /// <summary>True on the thread that is routing messages right now: inside observers and continuations that run inline.</summary>
    public bool IsReading => _readingThread == Environment.CurrentManagedThreadId;

    private async Task ReadAsync(Stream stream)
    {
        QmpException? cause;
        try
        {
            do
            {
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
