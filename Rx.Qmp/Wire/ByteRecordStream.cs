using System.Net.Security;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Wire;

/// <summary>
/// Writes every byte as a TLS record of its own. QEMU reads one byte at a time and then waits for its socket to become readable; before
/// 8.0 it does not notice that the rest of a record is decrypted already, and so stops in the middle of a command until the next one
/// comes. With one byte a record nothing is ever left over. Such records are sent together, and a command is small.
/// </summary>
/// <param name="secured">The connection, disposed with this.</param>
/// <param name="cork">What lies under it.</param>
internal sealed class ByteRecordStream(SslStream secured, CorkedStream cork) : DelegatingStream(secured)
{
    private const int MostHeld = 64 * 1024;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            cork.Cork();
            while (!buffer.IsEmpty && cork.Held < MostHeld)
            {
                await Inner.WriteAsync(buffer[..1], cancellationToken).ConfigureAwait(false);
                buffer = buffer[1..];
            }

            await cork.UncorkAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
