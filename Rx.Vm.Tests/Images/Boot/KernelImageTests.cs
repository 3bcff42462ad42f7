using System.Buffers.Binary;
using System.IO.Compression;
using Rx.Vm.Images.Boot;

namespace Rx.Vm.Tests.Images.Boot;

public sealed class KernelImageTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    [InlineData((8 << 20) + 4321)]
    public void An_lz4_kernel_comes_out_whole(int length)
    {
        var kernel = FakeKernel.Elf(length);
        Assert.True(KernelImage.ExtractElf(FakeKernel.Image(FakeKernel.Lz4Payload(kernel))).AsSpan().SequenceEqual(kernel));
    }

    [Fact]
    public void A_gzip_kernel_comes_out_whole()
    {
        var kernel = FakeKernel.Elf(70_000);
        using var payload = new MemoryStream();
        using (var gzip = new GZipStream(payload, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(kernel);
        }

        Assert.Equal(kernel, KernelImage.ExtractElf(FakeKernel.Image(payload.ToArray())));
    }

    [Fact]
    public void A_kernel_compressed_otherwise_says_so()
    {
        var error = Refused(FakeKernel.Image([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 1, 0, 0, 0]));
        Assert.Contains("fd377a58", error.Message);
    }

    [Fact]
    public void What_is_inside_must_be_an_elf_file() => Refused(FakeKernel.Image(FakeKernel.Lz4Payload(new byte[5000])));

    [Fact]
    public void A_size_that_is_not_what_comes_out_is_refused()
    {
        foreach (var size in (uint[])[0, 1, 4999, 5001, 512u << 20, uint.MaxValue])
        {
            var payload = FakeKernel.Lz4Payload(FakeKernel.Elf(5000));
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(payload.Length - 4), size);
            Refused(FakeKernel.Image(payload));
        }
    }

    [Fact]
    public void A_truncated_image_is_refused_at_every_length()
    {
        var image = FakeKernel.Image(FakeKernel.Lz4Payload(FakeKernel.Elf(300)));
        for (var length = 0; length < image.Length; length++)
        {
            Refused(image[..length]);
        }
    }

    [Theory]
    [InlineData(0x248, 0x7fffffffu)]
    [InlineData(0x248, 0xffffffffu)]
    [InlineData(0x24c, 0u)]
    [InlineData(0x24c, 0xffffffffu)]
    [InlineData(0x206, 0x0207u)]
    [InlineData(0x1fe, 0u)]
    public void A_header_that_points_elsewhere_is_refused(int offset, uint value)
    {
        var image = FakeKernel.Image(FakeKernel.Lz4Payload(FakeKernel.Elf(300)));
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(offset), value);
        Refused(image);
    }

    [Fact]
    public void A_block_longer_than_the_stream_is_refused()
    {
        var payload = FakeKernel.Lz4Payload(FakeKernel.Elf(300));
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), uint.MaxValue);
        Refused(FakeKernel.Image(payload));
    }

    private static InvalidDataException Refused(byte[] image) =>
        Assert.Throws<InvalidDataException>(() => KernelImage.ExtractElf(image));
}
