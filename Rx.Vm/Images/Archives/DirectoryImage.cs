using System.Buffers;

namespace Rx.Vm.Images.Archives;

/// <summary>A folder on the host and what is below it, other file systems included.</summary>
internal sealed class DirectoryImage : ImageContent
{
    private const int CopyBytes = 128 * 1024;
    private readonly Dictionary<ImageNode, HostFile> _where = [];
    private readonly List<ImageNode> _files = [];

    private DirectoryImage(string subject, ImageStoreOptions options)
        : base(subject, options)
    {
    }

    /// <summary>Looks at everything but the contents of files.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="subject">What its user calls it.</param>
    /// <param name="options">The limits.</param>
    /// <param name="ct">Ends the walk.</param>
    /// <exception cref="ImageException">It cannot be made an image as it is.</exception>
    public static DirectoryImage Scan(string path, string subject, ImageStoreOptions options, CancellationToken ct)
    {
        var image = new DirectoryImage(subject, options);
        var known = new Dictionary<(ulong Device, ulong Inode), ImageNode>();
        var root = HostFile.At(path);
        var folders = new Dictionary<string, ImageNode> { [root.Path] = image.Tree.Root };
        foreach (var file in root.Walk(ct))
        {
            var stamp = file.Stamp ?? throw image.Errors.Changed();
            var parent = folders[file.Folder];
            if (!stamp.IsDirectory && known.TryGetValue((stamp.Device, stamp.Inode), out var other))
            {
                image.Tree.Attach(parent, file.Name, other);
                continue;
            }

            if (file.Describe(root) is not { } entry)
            {
                image.Remarks.Socket(file.Path[(root.Path.Length + 1)..]);
                continue;
            }

            var node = new ImageNode { Kind = entry.Kind, Entry = entry, Parent = parent };
            image.Tree.Attach(parent, file.Name, node);
            known[(stamp.Device, stamp.Inode)] = node;
            if (entry.Kind == TarKind.Directory)
            {
                folders[file.Path] = node;
            }
            else if (entry.Kind == TarKind.File)
            {
                image._where[node] = file;
            }
        }

        image.Plan();
        return image;
    }

    /// <inheritdoc/>
    protected override void PlanFile(ImageNode node) => _files.Add(node);

    /// <inheritdoc/>
    protected override async Task<int> WriteFilesAsync(TarWriter writer, CancellationToken ct)
    {
        foreach (var node in _files)
        {
            var content = _where[node].Open() ?? throw Errors.Changed();
            await using (content.ConfigureAwait(false))
            {
                await writer.WriteFileAsync(
                    node.Path!, node.Entry!, Clamp(node.Entry!.ModifiedSeconds), (target, token) => CopyAsync(content, node.Entry.Size, target, token), ct)
                    .ConfigureAwait(false);
            }
        }

        return _files.Count;
    }

    private async Task CopyAsync(Stream content, long size, Stream target, CancellationToken ct)
    {
        // As much as its header says and no more: it may be growing without end, and the tool would take the rest for a header.
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            var left = size;
            for (int read; left > 0; left -= read)
            {
                read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, CopyBytes)), ct).ConfigureAwait(false);
                if (read == 0)
                {
                    throw Errors.Changed();
                }

                await target.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            }

            if (await content.ReadAsync(buffer.AsMemory(0, 1), ct).ConfigureAwait(false) != 0)
            {
                throw Errors.Changed();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
