namespace Rx.Vm.Images.Archives;

/// <summary>
/// What an image is made of, whatever it comes from: a tree, and files whose contents are read when they are needed. What goes to the tool
/// has every name once, folders first, hard links last.
/// </summary>
internal abstract class ImageContent
{
    private readonly List<(string Path, ImageNode Node)> _others = [];
    private readonly List<(string Path, ImageNode Node)> _links = [];
    private readonly long _maxBytes;
    private int _files;

    /// <summary>Nothing yet.</summary>
    /// <param name="subject">What the user calls the source.</param>
    /// <param name="options">The limits.</param>
    protected ImageContent(string subject, ImageStoreOptions options)
    {
        Errors = new ArchiveErrors(subject);
        Tree = new ImageTree(Errors, Remarks, options.MaxFiles);
        _maxBytes = options.MaxImageBytes;
    }

    /// <summary>What is worth a word.</summary>
    public ArchiveRemarks Remarks { get; } = new();

    /// <summary>What the source says about the root itself; null for nothing.</summary>
    public TarEntry? Root => Tree.Root.Entry;

    /// <summary>Files, folders, links and devices, each once, with the root.</summary>
    public int NodeCount => 1 + _files + _others.Count;

    /// <summary>Words the complaints.</summary>
    protected ArchiveErrors Errors { get; }

    /// <summary>The tree, complete after <see cref="Plan"/>.</summary>
    protected ImageTree Tree { get; }

    // A folder that only the names below it tell of: root's, and of no time, so that the same archive always gives the same image.
    private static TarEntry ImpliedFolder { get; } = new() { Name = "", Kind = TarKind.Directory, Mode = 0x1ed };

    /// <summary>The time an image holds for an entry: seconds without sign, in 32 bits.</summary>
    public static uint Clamp(long seconds) => (uint)Math.Clamp(seconds, 0, uint.MaxValue);

    /// <summary>Writes the tree as a tar stream.</summary>
    /// <returns>How many files have content.</returns>
    /// <exception cref="ImageException">The source is not what it was when it was looked at.</exception>
    public async Task<int> WriteAsync(Stream target, CancellationToken ct)
    {
        // Flushed at the end and not disposed: that would write again to a pipe that broke.
        var writer = new TarWriter(new BufferedStream(target, 128 * 1024));
        foreach (var (path, node) in _others)
        {
            var entry = node.Entry ?? ImpliedFolder;
            await writer.WriteHeaderAsync(path, entry, Clamp(entry.ModifiedSeconds), entry.Link, ct).ConfigureAwait(false);
        }

        if (await WriteFilesAsync(writer, ct).ConfigureAwait(false) != _files)
        {
            throw Errors.Changed();
        }

        foreach (var (path, node) in _links)
        {
            await writer.WriteHeaderAsync(path, new TarEntry { Name = path, Kind = TarKind.HardLink }, 0, node.Path!, ct).ConfigureAwait(false);
        }

        await writer.EndAsync(ct).ConfigureAwait(false);
        return _files;
    }

    /// <summary>Writes every file that has a path, by <see cref="TarWriter.WriteFileAsync"/>.</summary>
    /// <returns>How many there were.</returns>
    protected abstract Task<int> WriteFilesAsync(TarWriter writer, CancellationToken ct);

    /// <summary>Takes a file of the plan.</summary>
    protected abstract void PlanFile(ImageNode node);

    /// <summary>Completes the tree, gives every node its path, and looks for what is worth a word.</summary>
    /// <exception cref="ImageException">It is no root file system, or goes over a limit.</exception>
    protected void Plan()
    {
        Tree.Finish();
        Look("the root", Tree.Root);
        long size = 0;
        foreach (var (path, name) in Tree.Sorted())
        {
            var node = name.Resolved;
            if (node.Path is not null)
            {
                _links.Add((path, node));
                continue;
            }

            node.Path = path;
            Look(path, node);
            if (node.Kind != TarKind.File)
            {
                _others.Add((path, node));
                continue;
            }

            _files++;
            PlanFile(node);
            size = node.Entry!.Size <= _maxBytes - size
                ? size + node.Entry.Size
                : throw Errors.TooLarge($"unpacks to more than {_maxBytes} bytes");
        }

        RootShape.Check(Tree, Errors, Remarks);
    }

    private void Look(string path, ImageNode node)
    {
        if (node.Entry is not { } entry)
        {
            return;
        }

        if (entry.ModifiedSeconds != Clamp(entry.ModifiedSeconds))
        {
            Remarks.ClampedTime(path);
        }

        if (entry.Lost is { } lost)
        {
            Remarks.LostAttribute($"{lost} of {path}");
        }

        if (path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(".wh."))
        {
            Remarks.Whiteout(path);
        }
    }
}
