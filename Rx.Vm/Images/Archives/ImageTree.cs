namespace Rx.Vm.Images.Archives;

/// <summary>
/// The tree that the entries of an archive make one after the other, as if each were unpacked: the last of a name wins, a folder named again
/// keeps what is in it, and links on the way to a name are followed inside the root only.
/// </summary>
/// <param name="errors">Words its complaints.</param>
/// <param name="remarks">Told of folders that are replaced.</param>
/// <param name="maxEntries">Limit of the names in it.</param>
internal sealed class ImageTree(ArchiveErrors errors, ArchiveRemarks remarks, int maxEntries)
{
    private const long MaxTextBytes = 512L << 20;
    private const int MaxPathBytes = 4095;
    private readonly EntryPaths _paths = new(errors);
    private int _names;
    private long _text;

    /// <summary>The folder everything is in.</summary>
    public ImageNode Root { get; } = new() { Kind = TarKind.Directory };

    /// <summary>Unpacks one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="ordinal">Its position in the archive.</param>
    /// <exception cref="ImageException">It cannot be part of an image; the message names it.</exception>
    public void Add(TarEntry entry, long ordinal)
    {
        CountText(entry);
        if (entry.Kind == TarKind.SymbolicLink)
        {
            _paths.CheckTarget(entry);
        }

        var (folders, name) = _paths.Split(entry, entry.Name);
        if (name is null)
        {
            Describe(Root, entry.Kind == TarKind.Directory
                ? entry
                : throw errors.BadEntry(entry.Name, "is the root, which can only be a folder"), ordinal);
            return;
        }

        var parent = Find(entry, folders, make: true)!;
        var existing = parent.Children.GetValueOrDefault(name);
        if (entry.Kind == TarKind.Directory && existing is { IsDirectory: true })
        {
            Describe(existing, entry, ordinal);
            return;
        }

        var node = entry.Kind == TarKind.HardLink ? FindTarget(entry) : null;
        if (node is null)
        {
            node = new ImageNode { Kind = entry.Kind, Parent = entry.Kind == TarKind.Directory ? parent : null };
            Describe(node, entry, ordinal);
        }

        if (node != existing)
        {
            Remove(parent, name, existing, entry);
            Attach(parent, name, node);
        }
    }

    /// <summary>Gives hard links that came before their targets what they stand for. To be called once, at the end.</summary>
    /// <exception cref="ImageException">One has no target.</exception>
    public void Finish()
    {
        var open = Sorted().Select(n => n.Node).Where(n => n.Kind == TarKind.HardLink).Distinct().OrderBy(n => n.Ordinal).ToList();
        for (var found = true; found;)
        {
            found = open.RemoveAll(link =>
                FindTarget(link.Entry!)?.Resolved is { Kind: not TarKind.HardLink } target && (link.Target = target) is not null) > 0;
        }

        if (open is [{ Entry: { } entry }, ..])
        {
            var why = FindTarget(entry) is null ? "which is not in the archive" : "which leads to no file, only to other hard links";
            throw errors.BadEntry(entry.Name, $"is a hard link to '{ByteText.Shown(entry.Link)}', {why}");
        }
    }

    /// <summary>Every name but the root's, folders before what is in them, in the order of their bytes.</summary>
    /// <exception cref="ImageException">A path has become too long, by way of links.</exception>
    public IEnumerable<(string Path, ImageNode Node)> Sorted()
    {
        var pending = new Stack<(string Path, ImageNode Node)>([("", Root)]);
        while (pending.TryPop(out var next))
        {
            if (next.Node != Root)
            {
                yield return next.Path.Length <= MaxPathBytes
                    ? next
                    : throw errors.BadEntry(next.Path, $"is a path of more than {MaxPathBytes} bytes");
            }

            if (next.Node is { IsDirectory: true, HasChildren: true })
            {
                var prefix = next.Path.Length == 0 ? "" : next.Path + "/";
                foreach (var (name, child) in next.Node.Children.OrderByDescending(c => c.Key, StringComparer.Ordinal))
                {
                    pending.Push((prefix + name, child));
                }
            }
        }
    }

    /// <summary>Puts a node under a name that is free.</summary>
    public void Attach(ImageNode parent, string name, ImageNode node)
    {
        parent.Children[name] = node;
        if (++_names > maxEntries)
        {
            throw errors.TooLarge($"holds more than {maxEntries} files");
        }
    }

    /// <summary>Whether there is something at a path, without following links.</summary>
    public bool Has(string path)
    {
        var node = Root;
        return path.Split('/').All(name => node.HasChildren && node.Children.TryGetValue(name, out node!));
    }

    // The pieces of sparse files are read again when they are needed.
    private static void Describe(ImageNode node, TarEntry entry, long ordinal) =>
        (node.Entry, node.Ordinal) = (entry.Pieces is null ? entry : entry with { Pieces = null }, ordinal);

    private ImageNode? FindTarget(TarEntry entry)
    {
        var (folders, name) = _paths.Split(entry, entry.Link);
        if (name is not null)
        {
            var node = Find(entry, folders, make: false)?.Children.GetValueOrDefault(name);
            if (node is not { IsDirectory: true })
            {
                return node;
            }
        }

        throw errors.BadEntry(entry.Name, $"is a hard link to '{ByteText.Shown(entry.Link)}', which is a folder");
    }

    // The folder a path leads to. Where there is nothing it is made, or null.
    private ImageNode? Find(TarEntry entry, List<string> folders, bool make)
    {
        var at = Root;
        var walk = new PathWalk(folders);
        while (walk.TryNext(out var name))
        {
            if (name == "..")
            {
                // Only a link can say so. At the root it leads to the root.
                at = at.Parent ?? Root;
                continue;
            }

            var child = at.Children.GetValueOrDefault(name);
            if (child is null && make)
            {
                _paths.Check(entry, name);
                child = new ImageNode { Kind = TarKind.Directory, Parent = at };
                Attach(at, name, child);
            }

            if (child is { Kind: TarKind.SymbolicLink } && walk.TryFollow(child.Entry!.Link))
            {
                at = child.Entry.Link[0] == '/' ? Root : at;
                continue;
            }

            if (child is not { IsDirectory: true })
            {
                return make ? throw errors.BadEntry(entry.Name, $"is below '{ByteText.Shown(name)}', which is not a folder") : null;
            }

            at = child;
        }

        return at;
    }

    private void Remove(ImageNode parent, string name, ImageNode? existing, TarEntry by)
    {
        if (existing is null)
        {
            return;
        }

        if (existing is { IsDirectory: true, HasChildren: true })
        {
            remarks.ReplacedDirectory(by.Name);
        }

        parent.Children.Remove(name);
        var pending = new Stack<ImageNode>([existing]);
        while (pending.TryPop(out var node))
        {
            _names--;
            foreach (var child in node.HasChildren ? node.Children.Values : Enumerable.Empty<ImageNode>())
            {
                pending.Push(child);
            }
        }
    }

    private void CountText(TarEntry entry)
    {
        _text += entry.Name.Length + entry.Link.Length + entry.Attributes.Sum(a => a.Key.Length + a.Value.Length);
        if (_text > MaxTextBytes)
        {
            throw errors.TooLarge($"has names and attributes of more than {MaxTextBytes} bytes");
        }
    }
}
