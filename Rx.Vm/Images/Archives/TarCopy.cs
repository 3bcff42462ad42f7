namespace Rx.Vm.Images;

/// <summary>
/// Hands a tar stream on, at most a number of bytes of it. It follows the entries only to find pax headers; from the first block it does
/// not understand on, everything passes as it is, for the reader behind it to judge.
/// </summary>
internal sealed class TarCopy(Stream source, Stream target, string subject, long maxBytes)
{
    private const int MaxPaxBytes = 1 << 20;
    private readonly byte[] buffer = new byte[128 * 1024];
    private long total;

    /// <summary>Copies all of it.</summary>
    /// <exception cref="ImageException">It is too large, or its first block is not that of an archive.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var length = await ReadBlockAsync(ct).ConfigureAwait(false);
        RequireArchive(buffer.AsSpan(0, length));
        long? announcedSize = null;
        while (length == TarHeader.BlockBytes
            && TarHeader.HasChecksum(buffer.AsSpan(0, length))
            && TarHeader.Size(buffer.AsSpan(0, length)) is { } size)
        {
            var type = TarHeader.Type(buffer);
            await WriteAsync(length, ct).ConfigureAwait(false);
            length = 0;
            if (type is 'x' or 'g')
            {
                if (size > MaxPaxBytes || await PatchAsync(type, (int)size, ct).ConfigureAwait(false) is not (true, var announced))
                {
                    break;
                }

                announcedSize = announced ?? announcedSize;
            }
            else if (type is '0' or '\0' or '7' or 'L' or 'K')
            {
                // A long name stands between a pax header and its entry and has a size of its own.
                var content = type is 'L' or 'K' ? size : announcedSize ?? size;
                announcedSize = type is 'L' or 'K' ? announcedSize : null;
                await CopyContentAsync(content, ct).ConfigureAwait(false);
            }
            else if (size != 0)
            {
                // Links and folders with a size, sparse files: readers differ on what follows.
                break;
            }
            else
            {
                announcedSize = null;
            }

            length = await ReadBlockAsync(ct).ConfigureAwait(false);
        }

        await WriteAsync(length, ct).ConfigureAwait(false);
        await CopyContentAsync(long.MaxValue - TarHeader.BlockBytes, ct).ConfigureAwait(false);
        await target.FlushAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask<(bool Understood, long? Size)> PatchAsync(char type, int size, CancellationToken ct)
    {
        var body = new byte[Padded(size)];
        var length = await source.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        long? announced = null;
        var understood = length == body.Length && PaxRecords.Patch(body.AsSpan(0, size), out announced);
        Count(length);
        await target.WriteAsync(body.AsMemory(0, length), ct).ConfigureAwait(false);

        // A size for every entry that follows is legal and never seen.
        return (understood && (type == 'x' || announced is null), announced);
    }

    private async Task CopyContentAsync(long size, CancellationToken ct)
    {
        for (var left = Padded(size); left > 0;)
        {
            var length = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), ct).ConfigureAwait(false);
            if (length == 0)
            {
                return;
            }

            left -= length;
            await WriteAsync(length, ct).ConfigureAwait(false);
        }
    }

    private ValueTask<int> ReadBlockAsync(CancellationToken ct) =>
        source.ReadAtLeastAsync(buffer.AsMemory(0, TarHeader.BlockBytes), TarHeader.BlockBytes, throwOnEndOfStream: false, ct);

    private ValueTask WriteAsync(int length, CancellationToken ct)
    {
        Count(length);
        return target.WriteAsync(buffer.AsMemory(0, length), ct);
    }

    private void Count(int length)
    {
        total += length;
        if (total > maxBytes)
        {
            throw new ImageException(ImageError.TooLarge, subject, $"'{subject}' unpacks to more than {maxBytes} bytes.");
        }
    }

    private void RequireArchive(ReadOnlySpan<byte> block)
    {
        if (block.Length < TarHeader.BlockBytes)
        {
            throw TarStream.NotATar(subject, "it is shorter than one header");
        }

        if (!block.ContainsAnyExcept((byte)0))
        {
            throw TarStream.NotATar(subject, "it holds no files");
        }

        if (!TarHeader.HasChecksum(block))
        {
            throw TarStream.NotATar(subject, "the checksum of its first header is wrong");
        }
    }

    private static long Padded(long size) => size > long.MaxValue - TarHeader.BlockBytes
        ? long.MaxValue
        : (size + TarHeader.BlockBytes - 1) / TarHeader.BlockBytes * TarHeader.BlockBytes;
}
