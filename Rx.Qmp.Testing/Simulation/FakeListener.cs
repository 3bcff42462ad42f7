using System.Net.Sockets;

namespace Rx.Qmp.Testing.Simulation;

/// <summary>A real unix socket in front of a fake server. As with QEMU the next client is accepted once the one before has left; until
/// then it is connected but hears nothing.</summary>
internal sealed class FakeListener : IDisposable
{
    private readonly FakeQmpServer _server;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private int _ended;

    public FakeListener(FakeQmpServer server, string path)
    {
        (_server, _path) = (server, path);
        try
        {
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            _socket.Listen(8);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _ = AcceptAsync();
    }

    public void Dispose()
    {
        // A later process may have put a socket of its own there only after this one was removed.
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _socket.Dispose();
            if (_path[0] != '\0')
            {
                File.Delete(_path);
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _socket.AcceptAsync().ConfigureAwait(false);
                var stream = new NetworkStream(client, ownsSocket: true);
                await _server.Serve(DescriptorStream.IsSupported ? new DescriptorStream(stream) : stream).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Listening has ended.
        }
    }
}
