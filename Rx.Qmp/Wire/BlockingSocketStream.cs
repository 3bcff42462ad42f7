using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Rx.Qmp.Wire;

/// <summary>A connection whose reads block the calling thread in the kernel, which is the shortest way from a reply to whoever waits for
/// it. Writes return at once unless the socket is full; then a thread of the pool sees to the rest. One reader and one writer at a
/// time. Disposing it wakes a blocked read.</summary>
internal sealed class BlockingSocketStream : Stream
{
    private static readonly TimeSpan WriteCheck = TimeSpan.FromMilliseconds(100);

    private readonly NetworkStream _owner;
    private readonly SafeSocketHandle _socket;
    private readonly SafeFileHandle _interrupt = NativeSocket.CreateInterrupt();

    /// <summary>Takes over a connected stream, on which nothing may be under way.</summary>
    public BlockingSocketStream(NetworkStream owner)
    {
        _owner = owner;
        _socket = owner.Socket.SafeHandle;
        NativeSocket.SetBlocking(_socket);
    }

    /// <summary>The socket underneath.</summary>
    public Socket Socket => _owner.Socket;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Waits until there is something to read, or the connection has ended, or <see cref="Interrupt"/> is called.</summary>
    /// <returns>False if interrupted.</returns>
    public bool WaitForBytes()
    {
        bool readable = NativeSocket.WaitUntilReadable(_socket, _interrupt);
        if (!readable)
        {
            NativeSocket.Reset(_interrupt);
        }

        return readable;
    }

    /// <summary>Ends a wait for bytes, or else the next.</summary>
    public void Interrupt()
    {
        try
        {
            NativeSocket.Interrupt(_interrupt);
        }
        catch (ObjectDisposedException)
        {
            // Then the connection has ended, and so has every wait.
        }
    }

    /// <summary>Reads, blocking.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    public int Receive(Span<byte> buffer) => NativeSocket.Receive(_socket, buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Receive(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => SendRest(buffer.AsMemory(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int sent = NativeSocket.Send(_socket, buffer.Span);
            if (sent == buffer.Length)
            {
                return ValueTask.CompletedTask;
            }

            var rest = buffer[Math.Max(sent, 0)..];
            return new ValueTask(Task.Run(() => SendRest(rest), CancellationToken.None));
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            return ValueTask.FromException(fault);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                // Closing alone would leave a blocked read blocked.
                _owner.Socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The other end was quicker.
            }

            _owner.Dispose();
            _interrupt.Dispose();
        }

        base.Dispose(disposing);
    }

    private void SendRest(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int sent = NativeSocket.Send(_socket, rest.Span);
            if (sent == NativeSocket.WouldBlock)
            {
                NativeSocket.WaitUntilWritable(_socket, WriteCheck);
            }
            else
            {
                rest = rest[sent..];
            }
        }
    }
}
