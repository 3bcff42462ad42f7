using System.Text;
using Rx.Vm.Images.Archives;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>A file of the host that is read whole: the kernel, a module, the guest's init.</summary>
internal static class SourceFile
{
    /// <summary>
    /// Reads it. A pipe or device is never opened, and what took its place after it was looked at is not waited for.
    /// </summary>
    /// <param name="path">Where it is; links are followed.</param>
    /// <param name="what">What it is, for the complaint.</param>
    /// <param name="maxBytes">A longer one is refused.</param>
    /// <exception cref="ImageException">It is not there, no ordinary file, too large, changed meanwhile, or cannot be read.</exception>
    public static byte[] ReadAll(string path, string what, long maxBytes) => StoreErrors.OfSource(path, () =>
    {
        if (PosixFiles.RealPath(path) is not { } real || PosixFiles.Stamp(real) is not { } stamp)
        {
            throw new ImageException(ImageError.NotFound, path, $"There is no {what} at '{path}'.");
        }

        if (!stamp.IsFile)
        {
            throw new ImageException(ImageError.UnsupportedSource, path, $"The {what} '{path}' is no ordinary file.");
        }

        if (stamp.Size > maxBytes)
        {
            throw new ImageException(ImageError.TooLarge, path, $"The {what} '{path}' is larger than {maxBytes} bytes.");
        }

        using var file = BytePaths.OpenForRead(ByteText.From(Encoding.UTF8.GetBytes(real)));
        var content = new byte[stamp.Size + 1];
        var length = 0;
        if (PosixFiles.Stamp(file, real) == stamp)
        {
            // One byte more than there should be: it may be growing.
            for (int read; length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0;)
            {
                length += read;
            }
        }

        return length == stamp.Size && PosixFiles.Stamp(file, real) == stamp
            ? content[..length]
            : throw new ImageException(ImageError.SourceChanged, path, $"The {what} '{path}' was changed while it was being read.");
    });
}
