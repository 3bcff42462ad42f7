using System.Net.Sockets;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Session;

/// <summary>The reading half of a session.</summary>
internal sealed partial class QmpSession
{
    // A read of more is one of many: then the wait is short, and another call of the system not worth it.
    private const int MostBeforeRest = 1024;

    /// <summary>True on the thread that is routing messages right now: inside observers and continuations that run inline.</summary>
    public bool IsReading => _readingThread == Environment.CurrentManagedThreadId;

    /// <summary>Reads until the connection ends. Never on the thread that asks for it, however much there is to read.</summary>
    private void StartReading(Stream stream)
    {
        // Only .NET's own: another may hold bytes that its socket no longer has.
        if (_options.InlineContinuations && stream is NetworkStream socket && stream.GetType() == typeof(NetworkStream))
        {
            new Thread(() => ReadHere(socket)) { IsBackground = true, Name = "QMP reader" }.Start();
        }
        else
        {
            _ = ReadAsync(stream);
        }
    }

    /// <summary>Reads on a thread that waits in the kernel. Callers who continue on it are told as soon as it wakes up; an asynchronous read is
    /// first carried from the runtime's poller to a thread of the pool.</summary>
    private void ReadHere(NetworkStream stream)
    {
        QmpException? cause;
        try
        {
            do
            {
                // Whoever closes the stream ends the wait.
                _router.Rest();
                stream.Socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
                var reading = stream.ReadAsync(_router.GetRoom());
                cause = Take(reading.IsCompleted ? reading.Result : reading.AsTask().GetAwaiter().GetResult());
            }
            while (cause is null);
        }
        catch (Exception fault)
        {
            cause = Broken(fault);
        }

        try
        {
            EndByServer(cause);
        }
        catch (Exception)
        {
            // On a thread of its own it would end the process; the session has ended either way.
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        QmpException? cause;
        try
        {
            if (stream is NetworkStream)
            {
                await Foreign.EnterAsync(inline: false).ConfigureAwait(false);
            }

            var count = 0;
            do
            {
                if (count < MostBeforeRest)
                {
                    _router.Rest();
                    await IdleRead.WaitAsync(stream).ConfigureAwait(false);
                }

                count = await stream.ReadAsync(_router.GetRoom()).ConfigureAwait(false);
                cause = Take(count);
            }
            while (cause is null);
        }
        catch (Exception fault)
        {
            cause = Broken(fault);
        }

        EndByServer(cause);
    }

    private static QmpDisconnectedException Broken(Exception fault) => new("The connection broke.", null, fault);

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
