namespace Rx.Qmp.Testing.Simulation;

/// <summary>The clients of a fake server: one is served, the others wait their turn.</summary>
internal sealed class FakeClients(FakeQmpServer server) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<FakeConnection> _waiting = new();
    private readonly Dictionary<FakeConnection, TaskCompletionSource> _ends = [];
    private readonly List<byte[]> _early = [];
    private FakeConnection? _current;
    private int _count;
    private bool _stopped;
    private bool _disposed;

    /// <summary>The one that is served.</summary>
    public FakeConnection? Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>How many were or are served.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Serves a client, now or when its turn comes; completes when it has left.</summary>
    public Task Serve(Stream stream)
    {
        var connection = new FakeConnection(server, stream);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, server);
            _ends[connection] = ended;
            _waiting.Enqueue(connection);
        }

        StartNext();
        return ended.Task;
    }

    public void Leave(FakeConnection connection)
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            _ends.Remove(connection, out ended);
            _current = ReferenceEquals(_current, connection) ? null : _current;
        }

        ended?.TrySetResult();
        StartNext();
    }

    /// <summary>Sends to the client that is served, or keeps it for the next.</summary>
    public void Send(byte[] bytes)
    {
        FakeConnection? current;
        lock (_gate)
        {
            current = _current;
            if (current is null)
            {
                _early.Add(bytes);
            }
        }

        current?.Send(bytes);
    }

    /// <summary>Stops or resumes reading, also from clients to come.</summary>
    public void Stop(bool stopped)
    {
        FakeConnection? current;
        lock (_gate)
        {
            _stopped = stopped;
            current = _current;
        }

        current?.Stop(stopped);
    }

    public void Dispose()
    {
        FakeConnection[] all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _ends.Keys];
            _waiting.Clear();
        }

        Array.ForEach(all, connection => connection.Dispose());
    }

    private void StartNext()
    {
        FakeConnection? next;
        byte[][] early;
        bool stopped;
        lock (_gate)
        {
            if (_current is not null || !_waiting.TryDequeue(out next))
            {
                return;
            }

            _current = next;
            _count++;
            (early, stopped) = ([.. _early], _stopped);
            _early.Clear();
        }

        next.Stop(stopped);
        next.Start(early);
    }
}
