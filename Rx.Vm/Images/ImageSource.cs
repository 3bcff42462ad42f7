using System.Security.Cryptography;
using Rx.Vm.Images.Archives;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>A directory or archive on the host, in one state of it.</summary>
/// <param name="Path">Absolute, without symbolic links.</param>
/// <param name="IsDirectory">Directory or archive.</param>
/// <param name="StateKey">Digest of everything that would change if the content did; null when that cannot be told.</param>
internal sealed record ImageSource(string Path, bool IsDirectory, string? StateKey)
{
    /// <summary>Looks at what is at a path without opening it: a pipe or device is refused, never read.</summary>
    /// <exception cref="ImageException">It is not there, of no kind that is read, too large, or cannot be read.</exception>
    public static ImageSource Inspect(string path, ImageStoreOptions options, CancellationToken ct) =>
        StoreErrors.OfSource(path, () => Look(path, options, ct));

    private static ImageSource Look(string path, ImageStoreOptions options, CancellationToken ct)
    {
        var real = PosixFiles.RealPath(path);
        if (real is null || PosixFiles.Stamp(real) is not { } stamp)
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

    private static bool AppendTree(
        IncrementalHash hash, string root, FileStamp rootStamp, string subject, int maxFiles, CancellationToken ct)
    {
        var complete = true;
        var count = 0;
        var top = HostFile.At(root);
        Append(hash, "", rootStamp);
        foreach (var file in top.Walk(ct))
        {
            if (++count > maxFiles)
            {
                throw new ImageException(ImageError.TooLarge, subject, $"'{subject}' holds more than {maxFiles} files.");
            }

            if (file.Stamp is { } stamp)
            {
                Append(hash, file.Path[top.Path.Length..], stamp);
            }
            else
            {
                // Gone meanwhile: whatever is built shall not be remembered.
                complete = false;
            }
        }

        return complete;
    }

    private static void Append(IncrementalHash hash, string relativePath, FileStamp stamp)
    {
        Span<byte> fixedPart = stackalloc byte[FileStamp.EncodedBytes];
        stamp.Write(fixedPart);
        hash.AppendData(fixedPart);
        hash.AppendData(ByteText.Bytes(relativePath));
        hash.AppendData([0]);
    }
}
