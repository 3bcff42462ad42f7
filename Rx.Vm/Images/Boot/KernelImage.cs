using System.Buffers.Binary;
using System.IO.Compression;

namespace Rx.Vm.Images.Boot;

/// <summary>
/// Gets the uncompressed ELF kernel out of an x86 bzImage. QEMU starts an ELF with a PVH note directly, which saves the
/// decompression in the guest: a third of a second without hardware virtualisation.
/// </summary>
internal static class KernelImage
{
    private const int MaxKernelBytes = 512 << 20;
    private const int HeaderEnd = 0x250;
    private const int SetupSectorsOffset = 0x1f1;
    private const int BootFlagOffset = 0x1fe;
    private const int MagicOffset = 0x202;
    private const int VersionOffset = 0x206;
    private const int PayloadOffset = 0x248;
    private const int PayloadLength = 0x24c;
    private const int FirstVersionWithPayload = 0x208;
    private const int SectorBytes = 512;
    private const uint Lz4LegacyMagic = 0x184c2102;
    private const int Lz4LegacyBlockBytes = 8 << 20;

    /// <summary>The kernel as an ELF file.</summary>
    /// <exception cref="InvalidDataException">Not a bzImage, damaged, or compressed in a way that is not supported.</exception>
    public static byte[] ExtractElf(ReadOnlySpan<byte> bzImage)
    {
        var payload = Payload(bzImage);

        // The build appends the uncompressed size, whatever the compression.
        var size = BinaryPrimitives.ReadUInt32LittleEndian(payload[^4..]);
        if (size is 0 or > MaxKernelBytes)
        {
            throw new InvalidDataException($"the kernel's uncompressed size {size} is out of range");
        }

        var body = payload[..^4];
        var kernel = new byte[size];
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload) == Lz4LegacyMagic)
        {
            DecodeLz4(body, kernel);
        }
        else if (payload[0] == 0x1f && payload[1] == 0x8b)
        {
            // Here the size is gzip's own trailer, so it belongs to the stream.
            DecodeGzip(payload, kernel);
        }
        else
        {
            throw new InvalidDataException(
                $"the kernel is compressed with something else than LZ4 or gzip (it starts with {Convert.ToHexStringLower(payload[..4])})");
        }

        return kernel.AsSpan().StartsWith("\u007fELF"u8) ? kernel : throw new InvalidDataException("the kernel inside is not an ELF file");
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> image)
    {
        if (image.Length < HeaderEnd
            || BinaryPrimitives.ReadUInt16LittleEndian(image[BootFlagOffset..]) != 0xaa55
            || !image[MagicOffset..].StartsWith("HdrS"u8)
            || BinaryPrimitives.ReadUInt16LittleEndian(image[VersionOffset..]) < FirstVersionWithPayload)
        {
            throw new InvalidDataException("it is not an x86 bzImage of boot protocol 2.08 or later");
        }

        // Zero means four, for very old loaders.
        var setupSectors = image[SetupSectorsOffset] == 0 ? 4 : image[SetupSectorsOffset];
        var start = ((setupSectors + 1L) * SectorBytes) + BinaryPrimitives.ReadUInt32LittleEndian(image[PayloadOffset..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(image[PayloadLength..]);
        if (length < 8 || start + length > image.Length)
        {
            throw new InvalidDataException("its payload lies outside the file");
        }

        return image.Slice((int)start, (int)length);
    }

    // Legacy frame: magic, then blocks of at most 8 MiB, each a 4-byte length and independent of the others.
    private static void DecodeLz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var read = 4;
        var written = 0;
        while (read < source.Length)
        {
            if (source.Length - read < 4)
            {
                throw new InvalidDataException("its LZ4 stream ends inside a block length");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(source[read..]);
            read += 4;
            if (length == Lz4LegacyMagic)
            {
                continue;
            }

            if (length > source.Length - read)
            {
                throw new InvalidDataException("an LZ4 block is longer than the stream");
            }

            var window = target.Slice(written, Math.Min(Lz4LegacyBlockBytes, target.Length - written));
            var decoded = Lz4Block.Decode(source.Slice(read, (int)length), window);
            if (decoded < 0)
            {
                throw new InvalidDataException("an LZ4 block is malformed");
            }

            read += (int)length;
            written += decoded;
        }

        if (written != target.Length)
        {
            throw new InvalidDataException($"its LZ4 stream holds {written} bytes instead of {target.Length}");
        }
    }

    private static void DecodeGzip(ReadOnlySpan<byte> source, byte[] target)
    {
        using var stream = new GZipStream(new MemoryStream(source.ToArray()), CompressionMode.Decompress);
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) != target.Length)
        {
            throw new InvalidDataException("its gzip stream is too short");
        }
    }
}
