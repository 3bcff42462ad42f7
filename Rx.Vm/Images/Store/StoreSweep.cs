using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>
/// Removes files from a store that other processes may be using. What it may not do is guarded by locks: a file with a lease or an open disk
/// stays, and names are read again while nobody can take a lease.
/// </summary>
/// <param name="layout">The store.</param>
/// <param name="isNamed">Whether a name stands for a digest now.</param>
internal sealed class StoreSweep(StoreLayout layout, Func<string, bool> isNamed)
{
    private const string ImageEnding = ".squashfs";
    private const string SealEnding = ".seal";
    private int _images;
    private int _records;
    private int _temporaries;
    private int _inUse;
    private long _bytes;

    /// <summary>What was removed up to now.</summary>
    public FreedSpace Freed => new(_images, _records, _temporaries, _bytes, _inUse);

    /// <summary>Removes an image that has lost its name, with the records that lead to it.</summary>
    public void Image(string digest)
    {
        var path = layout.BlobPath(digest);
        switch (ImageLease.TryRemove(path, () => isNamed(digest)))
        {
            case null:
                _inUse++;
                break;
            case > 0 and var length:
                _images++;
                _bytes += length;
                Delete(path + SealEnding);
                Records(record => record?.Digest == digest);
                break;
        }
    }

    /// <summary>Removes the records a predicate is true of; null stands for one that cannot be read.</summary>
    public void Records(Func<SourceRecord?, bool> isOver)
    {
        foreach (var path in Directory.EnumerateFiles(layout.Sources, "*.json"))
        {
            if (isOver(StoreFile.TryRead(path, StoreJson.Default.SourceRecord)))
            {
                _records += Delete(path);
            }
        }
    }

    /// <summary>Removes the images that neither a name nor a record leads to, and seals without an image.</summary>
    public void Images()
    {
        var recorded = Directory.EnumerateFiles(layout.Sources, "*.json")
            .Select(path => StoreFile.TryRead(path, StoreJson.Default.SourceRecord)?.Digest).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(layout.Blobs))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(ImageEnding, StringComparison.Ordinal) && name[..^ImageEnding.Length] is var digest && !recorded.Contains(digest))
            {
                if (Digests.IsDigest(digest) && !isNamed(digest))
                {
                    Image(digest);
                }
            }
            else if (name.EndsWith(SealEnding, StringComparison.Ordinal) && !File.Exists(path[..^SealEnding.Length]))
            {
                Delete(path);
            }
        }
    }

    /// <summary>Removes what builders left behind. Those that are at work keep theirs: they hold the lock.</summary>
    /// <param name="tryTake">Takes one of the store's locks, which sweeps; null when somebody has it.</param>
    public async Task TemporariesAsync(Func<string, Task<StoreLock?>> tryTake)
    {
        foreach (var bucket in "0123456789abcdef")
        {
            if (Directory.EnumerateFiles(layout.Temporary, $"{bucket}-*").Any() && await tryTake(bucket.ToString()).ConfigureAwait(false) is { } held)
            {
                _temporaries += held.Swept.Files;
                _bytes += held.Swept.Bytes;
                held.Dispose();
            }
        }
    }

    private int Delete(string path)
    {
        if (PosixFiles.Stamp(path) is not { } stamp)
        {
            return 0;
        }

        File.Delete(path);
        _bytes += stamp.Size;
        return 1;
    }
}
