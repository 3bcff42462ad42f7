using Rx.Qmp.Isolation;

namespace Rx.Qmp.Tests;

/// <summary>A connection that counts what is asked of it: each read and write would be a system call.</summary>
internal sealed class CountedStream(Stream inner) : DelegatingStream(inner)
{
    public int Writes { get; private set; }

    /// <summary>Without those that only wait.</summary>
    public int Reads { get; private set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Writes++;
        return Inner.WriteAsync(buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads += buffer.IsEmpty ? 0 : 1;
        return Inner.ReadAsync(buffer, cancellationToken);
    }
}
