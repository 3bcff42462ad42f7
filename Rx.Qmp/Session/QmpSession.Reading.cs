using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>The reading half of a session.</summary>
internal sealed partial class QmpSession
{
    /// <summary>True on the thread that is routing messages right now: inside observers and continuations that run inline.</summary>
    private bool IsReading => _readingThread == Environment.CurrentManagedThreadId;

    private void StartReading(Stream stream)
    {
        if (stream is BlockingSocketStream socket)
        {
            var thread = new Thread(() => _turns.Serve(socket, () => ReadOnce(socket)), ReaderStackBytes)
            {
                IsBackground = true,
                Name = "QMP reader",
            };
            thread.Start();
        }
        else
        {
            _ = ReadAsync(stream);
        }
    }

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
            cause = Broken(fault);
        }

        EndByServer(cause);
    }

    /// <summary>Reads once, blocking.</summary>
    /// <returns>False when the connection has ended.</returns>
    private bool ReadOnce(Stream stream)
    {
        QmpException? cause;
        try
        {
            var room = _router.GetRoom().Span;
            cause = Take(stream is BlockingSocketStream socket ? socket.Receive(room) : stream.Read(room));
        }
        catch (Exception fault)
        {
            cause = Broken(fault);
        }

        if (cause is not null)
        {
            EndByServer(cause);
        }

        return !HasEnded;
    }

    /// <summary>Blocks inside an observer or continuation that runs on the reading thread, so this thread has to read on: what is at hand
    /// first.</summary>
    private void ReadUntilAnswered(PendingCommand pending)
    {
        var cause = Route(0);
        _pump.Run();
        while (cause is null && !pending.IsAnswered && ReadOnce(_stream!))
        {
        }

        if (cause is not null)
        {
            EndByServer(cause);
        }
    }

    private QmpException? Take(int count)
    {
        if (count == 0)
        {
            return _router.IsInsideMessage
                ? new QmpProtocolException(QmpProtocolFault.Truncated, "The connection ended inside a message.", _writeFault)
                : new QmpDisconnectedException("The server closed the connection.", null, _writeFault);
        }

        var fault = Route(count);
        _pump.Run();
        return fault;
    }

    private QmpProtocolException? Route(int count)
    {
        int outer = _readingThread;
        _readingThread = Environment.CurrentManagedThreadId;
        try
        {
            return _router.Accept(count);
        }
        finally
        {
            _readingThread = outer;
        }
    }

    private static QmpDisconnectedException Broken(Exception fault) => new("The connection broke.", null, fault);
}
