namespace Rx.Vm.Images.Archives;

/// <summary>The blocks of a tar stream. It counts what it reads and says where a stream broke off.</summary>
/// <param name="source">The plain tar stream.</param>
/// <param name="errors">Words its complaints.</param>
/// <param name="maxBytes">Limit of the stream's length.</param>
internal sealed class TarBlocks(Stream source, ArchiveErrors errors, long maxBytes)
{
    private readonly byte[] _buffer = new byte[128 * 1024];
    private long _total;

    /// <summary>The last block that was read.</summary>
    public byte[] Block { get; } = new byte[TarHeader.BlockBytes];

    /// <summary>Bytes up to the next whole block.</summary>
    public static long Padding(long length) => -length & (TarHeader.BlockBytes - 1);

    /// <summary>Reads a block, or what is left.</summary>
    public async ValueTask<int> TryReadBlockAsync(CancellationToken ct)
    {
        var length = await source.ReadAtLeastAsync(Block, Block.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        Count(length);
        return length;
    }

    /// <summary>Reads a block that has to be there.</summary>
    /// <param name="where">What it belongs to, as in "it ends in the middle of …".</param>
    /// <param name="ct">Ends the reading.</param>
    public async ValueTask ReadBlockAsync(string where, CancellationToken ct)
    {
        if (await TryReadBlockAsync(ct).ConfigureAwait(false) < Block.Length)
        {
            throw errors.Truncated(where);
        }
    }

    /// <summary>Reads bytes that have to be there, with their padding.</summary>
    public async Task<byte[]> ReadPaddedAsync(int length, string where, CancellationToken ct)
    {
        var bytes = new byte[length];
        var read = await source.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        Count(read);
        if (read < length)
        {
            throw errors.Truncated(where);
        }

        await CopyAsync(Padding(length), Stream.Null, where, ct).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Passes bytes on that have to be there.</summary>
    public async Task CopyAsync(long length, Stream target, string where, CancellationToken ct)
    {
        for (var left = length; left > 0;)
        {
            var read = await source.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(_buffer.Length, left)), ct).ConfigureAwait(false);
            if (read == 0)
            {
                throw errors.Truncated(where);
            }

            Count(read);
            left -= read;
            await target.WriteAsync(_buffer.AsMemory(0, read), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Reads to the end.</summary>
    /// <returns>Whether there was anything but zeros.</returns>
    public async Task<bool> DrainAsync(CancellationToken ct)
    {
        var found = false;
        for (int read; (read = await source.ReadAsync(_buffer, ct).ConfigureAwait(false)) > 0;)
        {
            Count(read);
            found |= _buffer.AsSpan(0, read).ContainsAnyExcept((byte)0);
        }

        return found;
    }

    private void Count(int length)
    {
        _total += length;
        if (_total > maxBytes)
        {
            throw errors.TooLarge($"is longer than {maxBytes} bytes");
        }
    }
}
