using System.Net.Sockets;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Session;

/// <summary>Sends a command's descriptor ahead of the command. It rides on a space, which QEMU skips, so that no byte of the command
/// depends on how much of a write the socket took.</summary>
/// <param name="options">The clock.</param>
internal sealed class DescriptorSender(QmpClientOptions options)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(5);

    /// <summary>True if the connection can carry descriptors.</summary>
    public static bool CanSend(Stream stream) => SocketOf(stream) is { AddressFamily: AddressFamily.Unix };

    /// <summary>Sends it, once.</summary>
    /// <returns>False if nobody waits for the command any more, so that nothing was sent.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="ObjectDisposedException">The descriptor, or the connection, was closed before.</exception>
    public async ValueTask<bool> SendAsync(Stream stream, PendingCommand carrier)
    {
        var socket = SocketOf(stream)!.SafeHandle;
        while (!carrier.IsClaimed)
        {
            if (NativeSocket.TrySend(socket, (byte)' ', carrier.Command.File!))
            {
                return true;
            }

            await SchedulerDelay.WaitAsync(options.Scheduler, Retry, options.InlineContinuations, CancellationToken.None)
                .ConfigureAwait(false);
        }

        return false;
    }

    private static Socket? SocketOf(Stream stream) => (stream as NetworkStream)?.Socket;
}
