namespace Rx.Vm.Images.Archives;

/// <summary>
/// Reads the entries of a tar archive one by one, in every dialect GNU tar reads. What GNU tar refuses is refused here too, with the name
/// of the entry. Not safe for use from several threads.
/// </summary>
/// <param name="source">The plain tar stream.</param>
/// <param name="errors">Words its complaints.</param>
/// <param name="maxBytes">Limit of the stream's length.</param>
internal sealed class TarReader(Stream source, ArchiveErrors errors, long maxBytes)
{
    private const int MaxHeaderBytes = 8 << 20;
    private static readonly byte[] Zeros = new byte[128 * 1024];
    private readonly TarBlocks _blocks = new(source, errors, maxBytes);
    private readonly TarEntryParser _parser = new(errors);
    private readonly PaxRecords _global = new();
    private TarEntry? _entry;
    private long _unread;
    private long _padding;

    /// <summary>Whether something other than zeros stands behind the end marker; known after the last entry.</summary>
    public bool HasMoreBehindEnd { get; private set; }

    /// <summary>The next entry; null at the end. What was not read of the one before is skipped.</summary>
    /// <exception cref="ImageException">The archive is damaged, cut, or has something that is not read.</exception>
    public async ValueTask<TarEntry?> NextAsync(CancellationToken ct)
    {
        if (_entry is not null)
        {
            await _blocks.CopyAsync(_unread + _padding, Stream.Null, errors.WhereIn(_entry), ct).ConfigureAwait(false);
        }

        PaxRecords? local = null;
        string? longName = null, longLink = null;
        while (await ReadHeaderAsync(ct).ConfigureAwait(false))
        {
            switch (new TarHeader(_blocks.Block).Type)
            {
                case 'x' or 'X':
                    Add(local ??= new PaxRecords(_global), await ReadTextAsync("a pax header", ct).ConfigureAwait(false));
                    break;
                case 'g':
                    Add(_global, await ReadTextAsync("a global pax header", ct).ConfigureAwait(false));
                    break;
                case 'L':
                    longName = Terminated(await ReadTextAsync("a long name", ct).ConfigureAwait(false));
                    break;
                case 'K':
                    longLink = Terminated(await ReadTextAsync("a long link target", ct).ConfigureAwait(false));
                    break;
                case 'V':
                    await ReadTextAsync("the volume label", ct).ConfigureAwait(false);
                    break;
                default:
                    return await OpenAsync(local ?? _global, longName, longLink, ct).ConfigureAwait(false);
            }
        }

        if (local is not null || longName is not null || longLink is not null)
        {
            throw errors.Truncated("the headers of an entry");
        }

        return _entry = null;
    }

    /// <summary>Writes the content of the current file, its holes as zeros.</summary>
    public async Task CopyContentAsync(Stream target, CancellationToken ct)
    {
        var entry = _entry!;
        long at = 0;
        foreach (var (offset, length) in entry.Pieces ?? [new SparsePiece(0, entry.Size)])
        {
            await WriteZerosAsync(offset - at, target, ct).ConfigureAwait(false);
            await _blocks.CopyAsync(length, target, errors.WhereIn(entry), ct).ConfigureAwait(false);
            _unread -= length;
            at = offset + length;
        }

        await WriteZerosAsync(entry.Size - at, target, ct).ConfigureAwait(false);
    }

    private async Task<TarEntry> OpenAsync(PaxRecords pax, string? longName, string? longLink, CancellationToken ct)
    {
        _entry = _parser.Parse(_blocks.Block, pax, longName, longLink);
        _padding = TarBlocks.Padding(_entry.StoredBytes);
        if (_entry.Kind == TarKind.File)
        {
            _entry = await SparseReader.ReadAsync(_entry, pax, _blocks, errors, ct).ConfigureAwait(false);
        }

        _unread = _entry.StoredBytes;
        return _entry;
    }

    // False at the end, which is a block of zeros or of nothing.
    private async ValueTask<bool> ReadHeaderAsync(CancellationToken ct)
    {
        var length = await _blocks.TryReadBlockAsync(ct).ConfigureAwait(false);
        if (!_blocks.Block.AsSpan(0, length).ContainsAnyExcept((byte)0))
        {
            HasMoreBehindEnd = await _blocks.DrainAsync(ct).ConfigureAwait(false);
            return false;
        }

        if (length < TarHeader.BlockBytes)
        {
            throw _entry is null
                ? errors.NotAnArchive("it is shorter than one header")
                : errors.Truncated($"the header behind the entry '{ByteText.Shown(_entry.Name)}'");
        }

        return new TarHeader(_blocks.Block).HasChecksum ? true : throw errors.NotAnArchive(_entry is null
            ? "the checksum of its first header is wrong"
            : $"the checksum of the header behind the entry '{ByteText.Shown(_entry.Name)}' is wrong");
    }

    private async Task<byte[]> ReadTextAsync(string what, CancellationToken ct)
    {
        var size = new TarHeader(_blocks.Block).Size;
        return size is >= 0 and <= MaxHeaderBytes
            ? await _blocks.ReadPaddedAsync((int)size, what, ct).ConfigureAwait(false)
            : throw errors.NotAnArchive($"{what} is longer than {MaxHeaderBytes} bytes, or of no length");
    }

    private void Add(PaxRecords records, byte[] text)
    {
        if (!records.TryAdd(text))
        {
            throw errors.NotAnArchive(_entry is null
                ? "its first pax header makes no sense"
                : $"the pax header behind the entry '{ByteText.Shown(_entry.Name)}' makes no sense");
        }
    }

    private static string Terminated(byte[] text)
    {
        var end = Array.IndexOf(text, (byte)0);
        return ByteText.From(end < 0 ? text : text.AsSpan(0, end));
    }

    private static async Task WriteZerosAsync(long length, Stream target, CancellationToken ct)
    {
        for (; length > 0; length -= Math.Min(length, Zeros.Length))
        {
            await target.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(length, Zeros.Length)), ct).ConfigureAwait(false);
        }
    }
}
