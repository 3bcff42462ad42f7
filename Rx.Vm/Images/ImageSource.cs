using System.Security.Cryptography;
using System.Text;

namespace Rx.Vm.Images;

/// <summary>A directory or archive on the host, in one state of it.</summary>
/// <param name="Path">Absolute, without symbolic links.</param>
/// <param name="IsDirectory">Directory or archive.</param>
/// <param name="StateKey">Digest of everything that would change if the content did; null when that cannot be told.</param>
internal sealed record ImageSource(string Path, bool IsDirectory, string? StateKey)
{
    /// <summary>Looks at what is at a path without opening it: a pipe or device is refused, never read (S18).</summary>
    public static ImageSource Inspect(string path, ImageStoreOptions options, CancellationToken ct)
    {
        var real = Posix.RealPath(path);
        if (real is null || Posix.Stamp(real) is not { } stamp)
        {
            throw new ImageException(ImageError.NotFound, path, $"There is no image at '{path}'.");
        }

        if (stamp.IsFile)
        {
            return new ImageSource(real, IsDirectory: false, KeyOf(hash => Append(hash, "", stamp)));
        }

        if (!stamp.IsDirectory)
        {
            throw new ImageException(ImageError.UnsupportedSource, path,
                $"'{path}' is neither a directory nor an ordinary file; a device or pipe is not read as an image.");
        }

        var complete = true;
        var key = KeyOf(hash => complete = AppendTree(hash, real, stamp, path, options.MaxFiles, ct));
        return new ImageSource(real, IsDirectory: true, complete ? key : null);
    }

    private static string KeyOf(Action<IncrementalHash> append)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        append(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Iterative: a hostile tree may be deeper than the stack. Sorted, since a directory has no order of its own.
    private static bool AppendTree(
        IncrementalHash hash, string root, FileStamp rootStamp, string subject, int maxFiles, CancellationToken ct)
    {
        var complete = true;
        var count = 0;
        var pending = new Stack<string>([root]);
        Append(hash, "", rootStamp);
        while (pending.TryPop(out var directory))
        {
            ct.ThrowIfCancellationRequested();
            foreach (var entry in Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal))
            {
                if (++count > maxFiles)
                {
                    throw new ImageException(ImageError.TooLarge, subject, $"'{subject}' holds more than {maxFiles} files.");
                }

                if (Posix.Stamp(entry) is not { } stamp)
                {
                    // Gone meanwhile, or a name that is not UTF-8 and cannot be asked for by this path: build, but remember nothing.
                    complete = false;
                    continue;
                }

                Append(hash, entry[root.Length..], stamp);
                if (stamp.IsDirectory)
                {
                    pending.Push(entry);
                }
            }
        }

        return complete;
    }

    private static void Append(IncrementalHash hash, string relativePath, FileStamp stamp)
    {
        Span<byte> fixedPart = stackalloc byte[FileStamp.EncodedBytes];
        stamp.Write(fixedPart);
        hash.AppendData(fixedPart);
        hash.AppendData(Encoding.UTF8.GetBytes(relativePath));
        hash.AppendData([0]);
    }
}
