using System.Net.Sockets;

namespace Rx.Qmp.Wire;

/// <summary>
/// Waits a moment, in the kernel, for bytes that are as good as on their way: whoever does finds them with the thread he is on, where an
/// asynchronous read is carried from the runtime's poller to a thread of the pool that first has to wake up. The wait is short, and fewer
/// threads than there are processors may be in one, so that the pool has another to go on with.
/// </summary>
/// <param name="stream">The connection. Only a socket is waited for.</param>
/// <param name="places">As many as may wait at once; null: those of this process.</param>
internal sealed class BriefWait(Stream stream, SemaphoreSlim? places = null)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);
    private static readonly SemaphoreSlim Places = new(Environment.ProcessorCount - 1);

    private readonly Socket? _socket = (stream as NetworkStream)?.Socket;
    private readonly SemaphoreSlim _places = places ?? Places;

    /// <summary>True if it can wait for this connection at all.</summary>
    public bool IsPossible => _socket is not null;

    /// <summary>Waits until there is something to read, for ten milliseconds at most. What is wrong with the connection is for the read to
    /// say.</summary>
    /// <returns>False if nothing came, or this was not the place to wait.</returns>
    public bool ForBytes()
    {
        // On the runtime's poller, where reads may be set to complete, everybody would wait along.
        if (_socket is null || !Thread.CurrentThread.IsThreadPoolThread || !_places.Wait(0))
        {
            return false;
        }

        try
        {
            return _socket.Poll(Longest, SelectMode.SelectRead);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _places.Release();
        }
    }
}
