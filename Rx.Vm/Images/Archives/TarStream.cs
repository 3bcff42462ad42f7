using System.IO.Compression;

namespace Rx.Vm.Images;

/// <summary>Opens a tar archive, decompressing gzip, and tells early and clearly what is not one.</summary>
internal static class TarStream
{
    private const int BufferBytes = 128 * 1024;

    private static readonly (byte[] Magic, string Name)[] ForeignFormats =
    [
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "an xz-compressed file"),
        ([0x28, 0xb5, 0x2f, 0xfd], "a zstd-compressed file"),
        ([0x42, 0x5a, 0x68], "a bzip2-compressed file"),
        ([0x50, 0x4b, 0x03, 0x04], "a zip archive"),
        ([0x68, 0x73, 0x71, 0x73], "a squashfs file system"),
        ([0x51, 0x46, 0x49, 0xfb], "a qcow2 disk image"),
    ];

    /// <summary>Copies the plain tar stream of an archive to a program, at most a number of bytes.</summary>
    public static async Task CopyAsync(string path, string subject, Stream target, long maxBytes, CancellationToken ct)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = BufferBytes,
            Options = FileOptions.SequentialScan,
        });
        var head = new byte[TarHeader.BlockBytes];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        file.Position = 0;
        if (length >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        {
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await using var buffered = new BufferedStream(unzipped, BufferBytes);
            await CopyPlainAsync(buffered, subject, target, maxBytes, ct).ConfigureAwait(false);
            return;
        }

        foreach (var (magic, name) in ForeignFormats)
        {
            if (head.AsSpan(0, length).StartsWith(magic))
            {
                throw NotATar(subject, $"it is {name}");
            }
        }

        await CopyPlainAsync(file, subject, target, maxBytes, ct).ConfigureAwait(false);
    }

    private static async Task CopyPlainAsync(Stream source, string subject, Stream target, long maxBytes, CancellationToken ct)
    {
        try
        {
            // Headers pass one by one. The buffer is flushed by the copy and not disposed: that would write again to a pipe that broke.
            var buffered = new BufferedStream(target, BufferBytes);
            await new TarCopy(source, buffered, subject, maxBytes).RunAsync(ct).ConfigureAwait(false);
        }
        catch (InvalidDataException error)
        {
            throw NotATar(subject, "its gzip stream is damaged", error);
        }
    }

    /// <summary>The one complaint, with its reason.</summary>
    public static ImageException NotATar(string subject, string why, Exception? inner = null) =>
        new(ImageError.NotAnArchive, subject, $"'{subject}' is not a tar or tar.gz archive: {why}.", inner);
}
