using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>
/// A shared file whose content must stay what it was. Its digest is recorded with its inode, size and change time; as long as
/// these are the same the content is too, and a check costs one system call. When they differ the file is hashed again.
/// </summary>
internal static class SealedFile
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Puts a finished temporary file in its place under a path derived from its digest.</summary>
    public static string Store(string temporary, Func<string, string> pathOf, StoreLock held, CancellationToken ct)
    {
        File.SetUnixFileMode(temporary, ReadOnly);
        using (var handle = File.OpenHandle(temporary))
        {
            PosixFiles.Sync(handle, temporary);
        }

        var digest = Digests.OfFile(temporary, ct);
        var path = pathOf(digest);

        // An equal file may be in use by a machine: leave it, unless it was damaged.
        if (!IsIntact(path, digest, held, ct))
        {
            StoreFile.Publish(temporary, path);
            if (PosixFiles.Stamp(path) is { } stamp)
            {
                Seal(path, FileSeal.Of(digest, stamp), held);
            }
        }

        return digest;
    }

    /// <summary>Whether the file is there with the content its digest names. Without a lock a refreshed seal is not kept.</summary>
    public static bool IsIntact(string path, string digest, StoreLock? held, CancellationToken ct)
    {
        if (PosixFiles.Stamp(path) is not { IsFile: true } before)
        {
            return false;
        }

        var seal = StoreFile.TryRead(SealPath(path), StoreJson.Default.FileSeal);
        if (seal == FileSeal.Of(digest, before))
        {
            return true;
        }

        if (Digests.OfFile(path, ct) != digest)
        {
            return false;
        }

        // Only a state that held from before to after the hashing may be sealed.
        if (held is not null && PosixFiles.Stamp(path) == before)
        {
            Seal(path, FileSeal.Of(digest, before), held);
        }

        return true;
    }

    private static void Seal(string path, FileSeal seal, StoreLock held) =>
        StoreFile.Write(held.NewTemporaryPath(), SealPath(path), seal, StoreJson.Default.FileSeal);

    private static string SealPath(string path) => path + ".seal";
}
