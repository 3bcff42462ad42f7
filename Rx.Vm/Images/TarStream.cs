using System.IO.Compression;

namespace Rx.Vm.Images;

/// <summary>Opens a tar archive, decompressing gzip, and tells early and clearly what is not one.</summary>
internal static class TarStream
{
    private const int BlockBytes = 512;
    private const int ChecksumOffset = 148;
    private const int ChecksumLength = 8;

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
            Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 128 * 1024,
            Options = FileOptions.SequentialScan,
        });
        var head = new byte[BlockBytes];
        var length = await file.ReadAtLeastAsync(head, BlockBytes, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        file.Position = 0;
        if (length >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        {
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            await CopyPlainAsync(unzipped, subject, target, maxBytes, ct).ConfigureAwait(false);
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
        var buffer = new byte[128 * 1024];
        try
        {
            var length = await source.ReadAtLeastAsync(buffer, BlockBytes, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            RequireHeader(buffer.AsSpan(0, Math.Min(length, BlockBytes)), subject);
            for (var total = 0L; length > 0; length = await source.ReadAsync(buffer, ct).ConfigureAwait(false))
            {
                total += length;
                if (total > maxBytes)
                {
                    throw new ImageException(ImageError.TooLarge, subject, $"'{subject}' unpacks to more than {maxBytes} bytes.");
                }

                await target.WriteAsync(buffer.AsMemory(0, length), ct).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException error)
        {
            throw NotATar(subject, "its gzip stream is damaged", error);
        }
    }

    // The checksum of the first header is the one thing all tar dialects share.
    private static void RequireHeader(ReadOnlySpan<byte> block, string subject)
    {
        if (block.Length < BlockBytes)
        {
            throw NotATar(subject, "it is shorter than one header");
        }

        if (!block.ContainsAnyExcept((byte)0))
        {
            throw NotATar(subject, "it holds no files");
        }

        long expected = 0;
        foreach (var digit in block.Slice(ChecksumOffset, ChecksumLength).Trim(" \0"u8))
        {
            expected = digit is >= (byte)'0' and <= (byte)'7' ? (expected * 8) + (digit - '0') : -1;
            if (expected < 0)
            {
                throw NotATar(subject, "its first header has no checksum");
            }
        }

        long sum = ' ' * ChecksumLength;
        for (var i = 0; i < BlockBytes; i++)
        {
            sum += i is >= ChecksumOffset and < ChecksumOffset + ChecksumLength ? 0 : block[i];
        }

        if (sum != expected)
        {
            throw NotATar(subject, "the checksum of its first header is wrong");
        }
    }

    private static ImageException NotATar(string subject, string why, Exception? inner = null) =>
        new(ImageError.NotAnArchive, subject, $"'{subject}' is not a tar or tar.gz archive: {why}.", inner);
}
