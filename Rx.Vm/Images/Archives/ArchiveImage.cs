namespace Rx.Vm.Images.Archives;

/// <summary>
/// A tar archive. It is read once, to know what its tree is in the end, and a second time for the contents.
/// </summary>
internal sealed class ArchiveImage : ImageContent
{
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly Dictionary<long, ImageNode> _files = [];

    private ArchiveImage(string path, string subject, ImageStoreOptions options)
        : base(subject, options)
    {
        _path = path;
        _maxBytes = options.MaxImageBytes;
    }

    /// <summary>Reads the whole archive but its contents.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="subject">What its user calls it.</param>
    /// <param name="options">The limits.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <exception cref="ImageException">It cannot be made an image as it is.</exception>
    public static async Task<ArchiveImage> ScanAsync(string path, string subject, ImageStoreOptions options, CancellationToken ct)
    {
        var image = new ArchiveImage(path, subject, options);
        await image.ReadAsync(image.ScanAsync, ct).ConfigureAwait(false);
        image.Plan();
        return image;
    }

    /// <inheritdoc/>
    protected override void PlanFile(ImageNode node) => _files.Add(node.Ordinal, node);

    /// <inheritdoc/>
    protected override async Task<int> WriteFilesAsync(TarWriter writer, CancellationToken ct)
    {
        var written = 0;
        await ReadAsync(
            async (reader, token) =>
            {
                for (long ordinal = 0; await reader.NextAsync(token).ConfigureAwait(false) is { } entry; ordinal++)
                {
                    if (_files.GetValueOrDefault(ordinal) is { Path: { } path, Entry: { } known })
                    {
                        if (entry.Name != known.Name || entry.Size != known.Size)
                        {
                            throw Errors.Changed();
                        }

                        await writer.WriteFileAsync(path, known, Clamp(known.ModifiedSeconds), reader.CopyContentAsync, token)
                            .ConfigureAwait(false);
                        written++;
                    }
                }
            },
            ct).ConfigureAwait(false);
        return written;
    }

    private Task ReadAsync(Func<TarReader, CancellationToken, Task> work, CancellationToken ct) => ArchiveStream.ReadAsync(
        _path, Errors, (stream, token) => work(new TarReader(stream, Errors, _maxBytes), token), Remarks, ct);

    private async Task ScanAsync(TarReader reader, CancellationToken ct)
    {
        long count = 0;
        for (; await reader.NextAsync(ct).ConfigureAwait(false) is { } entry; count++)
        {
            Tree.Add(entry, count);
        }

        if (count == 0)
        {
            throw Errors.NotAnArchive("it holds no files");
        }

        if (reader.HasMoreBehindEnd)
        {
            Remarks.MoreBehindEnd();
        }
    }
}
