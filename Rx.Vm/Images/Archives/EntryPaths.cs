namespace Rx.Vm.Images.Archives;

/// <summary>What names and targets of entries may look like.</summary>
internal sealed class EntryPaths(ArchiveErrors errors)
{
    private const int MaxNameBytes = 255;
    private const int MaxPathBytes = 4095;

    /// <summary>
    /// Takes a path apart: a slash at its start is as good as none, "." is nothing, and ".." is refused, as GNU tar does.
    /// </summary>
    /// <param name="entry">The entry, for messages.</param>
    /// <param name="path">Its name, or the target of its hard link.</param>
    /// <returns>The folders, and the name in the last of them; null for the root.</returns>
    public (List<string> Folders, string? Name) Split(TarEntry entry, string path)
    {
        if (path.Length is 0 or > MaxPathBytes || path.Contains('\0'))
        {
            throw errors.BadEntry(entry.Name, path.Length == 0
                ? "has a name or a link without anything in it"
                : $"has a name or a link of more than {MaxPathBytes} bytes, or with a zero byte in it");
        }

        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "..")
            {
                throw errors.BadEntry(entry.Name, "has '..' in its name or link");
            }

            if (part is not ("" or "."))
            {
                Check(entry, part);
                parts.Add(part);
            }
        }

        if (parts.Count == 0)
        {
            return (parts, null);
        }

        var name = parts[^1];
        parts.RemoveAt(parts.Count - 1);
        return (parts, name);
    }

    /// <summary>Refuses a name no file system can have.</summary>
    public void Check(TarEntry entry, string part)
    {
        if (part.Length > MaxNameBytes)
        {
            throw errors.BadEntry(entry.Name, $"has a name of more than {MaxNameBytes} bytes");
        }
    }

    /// <summary>Refuses the target of a symbolic link that no file system can have. Where it leads to does not matter.</summary>
    public void CheckTarget(TarEntry entry)
    {
        if (entry.Link.Length is 0 or > MaxPathBytes || entry.Link.Contains('\0'))
        {
            throw errors.BadEntry(entry.Name, $"is a link to nothing, to more than {MaxPathBytes} bytes, or with a zero byte in it");
        }
    }
}
