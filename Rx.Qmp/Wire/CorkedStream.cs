using System.Buffers;
using Rx.Qmp.Isolation;

namespace Rx.Qmp.Wire;

/// <summary>Passes everything through, except that while corked it holds writes back, to send them as one. Thread-safe to the extent that
/// a write from elsewhere while corked is held back with the others, in order.</summary>
/// <param name="inner">The connection, disposed with this.</param>
internal sealed class CorkedStream(Stream inner) : DelegatingStream(inner)
{
    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte>? _held;

    /// <summary>Bytes held back.</summary>
    public int Held => _held?.WrittenCount ?? 0;

    public void Cork()
    {
        lock (_gate)
        {
            _held ??= new ArrayBufferWriter<byte>();
        }
    }

    /// <summary>Sends what was held back.</summary>
    public ValueTask UncorkAsync(CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte>? held;
        lock (_gate)
        {
            (held, _held) = (_held, null);
        }

        return held is null or { WrittenCount: 0 } ? ValueTask.CompletedTask : Inner.WriteAsync(held.WrittenMemory, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_held is not null)
            {
                _held.Write(buffer.Span);
                return ValueTask.CompletedTask;
            }
        }

        return Inner.WriteAsync(buffer, cancellationToken);
    }
}
