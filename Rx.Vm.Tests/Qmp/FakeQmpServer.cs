using System.Text;
using Rx.Qmp.Wire;

namespace Rx.Vm.Tests.Qmp;

/// <summary>
/// A QMP server in this process, in virtual time and able to misbehave: it sends what it is told when it is told, byte for byte. Over an
/// inline connection everything it causes has happened when its methods return.
/// </summary>
internal sealed class FakeQmpServer : IDisposable
{
    public const string Greeting =
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": ["oob"]}}""" + "\r\n";

    private readonly DuplexStream _stream;
    private readonly Queue<byte[]> _outbox = new();
    private readonly FrameBuffer _frames = new(64 * 1024 * 1024, 1024);
    private bool _sending;

    public FakeQmpServer(bool inline = true, int capacity = 64 * 1024)
    {
        (_stream, ClientEnd) = DuplexStream.CreatePair(capacity, inline);
        _ = ReadAsync();
    }

    /// <summary>The end to connect a client over.</summary>
    public DuplexStream ClientEnd { get; }

    /// <summary>Every command received, the handshake included.</summary>
    public List<FakeCommand> Received { get; } = [];

    /// <summary>Everything received, as sent.</summary>
    public StringBuilder RawReceived { get; } = new();

    /// <summary>True once the client hung up.</summary>
    public bool ClientIsGone { get; private set; }

    /// <summary>What to send when a command arrives; null: nothing. By default everything succeeds with an empty object.</summary>
    public Func<FakeCommand, string?> Answer { get; set; } = command => command.Return();

    /// <summary>The last command received under that name.</summary>
    public FakeCommand Last(string name) => Received.Last(command => command.Name == name);

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends bytes, after whatever is being sent.</summary>
    public void Send(byte[] bytes)
    {
        lock (_outbox)
        {
            _outbox.Enqueue(bytes);
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        _ = SendAllAsync();
    }

    /// <summary>Sends text one byte per write.</summary>
    public void Drip(string text)
    {
        foreach (byte one in Encoding.UTF8.GetBytes(text))
        {
            Send([one]);
        }
    }

    public void HangUp() => _stream.Dispose();

    public void Reset() => _stream.Break(new IOException("Connection reset by peer."));

    public void Dispose() => _stream.Dispose();

    private async Task SendAllAsync()
    {
        while (NextToSend() is { } next)
        {
            try
            {
                await _stream.WriteAsync(next).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // Nobody is there any more; what is left goes the same way.
            }
        }
    }

    private byte[]? NextToSend()
    {
        lock (_outbox)
        {
            _sending = _outbox.TryDequeue(out byte[]? next);
            return next;
        }
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            int count = 0;
            try
            {
                count = await _stream.ReadAsync(_frames.GetRoom()).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // Ended from either side.
            }

            if (count == 0)
            {
                ClientIsGone = true;
                return;
            }

            _frames.Commit(count);
            TakeCommands();
        }
    }

    private void TakeCommands()
    {
        while (_frames.TryTake(out var frame) == FrameScanStatus.Frame)
        {
            var command = FakeCommand.Read(frame);
            RawReceived.Append(command.Raw);
            Received.Add(command);
            if (Answer(command) is { } reply)
            {
                Send(reply);
            }
        }
    }
}
