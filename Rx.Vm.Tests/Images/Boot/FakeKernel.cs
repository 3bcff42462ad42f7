using System.Buffers.Binary;
using System.Text;

namespace Rx.Vm.Tests.Images.Boot;

/// <summary>Makes kernel images and modules that are just complete enough to be read.</summary>
internal static class FakeKernel
{
    public const string Version = "6.1.0-test";
    private const int Block = 8 << 20;

    /// <summary>A module: ELF header, a null section, .modinfo and the section names.</summary>
    public static byte[] Module(params string[] info)
    {
        var modinfo = Encoding.UTF8.GetBytes(string.Concat(info.Select(i => i + "\0")));
        var names = "\0.modinfo\0.shstrtab\0"u8.ToArray();
        var table = 64 + modinfo.Length + names.Length;
        var file = new byte[table + (3 * 64)];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(0x28), (ulong)table);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x3a), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x3c), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x3e), 2);
        modinfo.CopyTo(file, 64);
        names.CopyTo(file, 64 + modinfo.Length);
        Section(file.AsSpan(table + 64), name: 1, type: 1, offset: 64, modinfo.Length);
        Section(file.AsSpan(table + 128), name: 10, type: 3, offset: 64 + modinfo.Length, names.Length);
        return file;
    }

    /// <summary>The module with a signature of some bytes behind it.</summary>
    public static byte[] Sign(byte[] module, int signatureBytes)
    {
        var descriptor = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(descriptor.AsSpan(8), signatureBytes);
        return [.. module, .. new byte[signatureBytes], .. descriptor, .. "~Module signature appended~\n"u8];
    }

    /// <summary>A bzImage around a payload that already ends with the uncompressed size.</summary>
    public static byte[] Image(byte[] payload)
    {
        const int setupSectors = 2;
        var image = new byte[((setupSectors + 1) * 512) + 16 + payload.Length];
        image[0x1f1] = setupSectors;
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x1fe), 0xaa55);
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x248), 16);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(0x24c), payload.Length);
        payload.CopyTo(image, ((setupSectors + 1) * 512) + 16);
        return image;
    }

    /// <summary>The payload of an LZ4-compressed kernel.</summary>
    public static byte[] Lz4Payload(byte[] kernel)
    {
        var payload = new List<byte> { 0x02, 0x21, 0x4c, 0x18 };
        foreach (var chunk in kernel.Chunk(Block))
        {
            var block = Lz4Encoder.Encode(chunk);
            payload.AddRange(BitConverter.GetBytes(block.Length));
            payload.AddRange(block);
        }

        payload.AddRange(BitConverter.GetBytes(kernel.Length));
        return [.. payload];
    }

    /// <summary>An ELF file in name only.</summary>
    public static byte[] Elf(int length)
    {
        var kernel = new byte[length];
        "\u007fELF"u8.CopyTo(kernel);
        for (var i = 4; i < length; i += 97)
        {
            kernel[i] = (byte)(i / 97);
        }

        return kernel;
    }

    /// <summary>A package tree; every module is given as "name: dependency,dependency".</summary>
    public static string Package(TemporaryDirectory directory, params string[] modules)
    {
        directory.Write($"k/boot/vmlinuz-{Version}", Image(Lz4Payload(Elf(5000))));
        directory.Write($"k/boot/config-{Version}", "CONFIG_MODULE_SIG=y\n# CONFIG_MODULE_SIG_FORCE is not set\n");
        foreach (var module in modules)
        {
            var (name, depends) = (module.Split(':')[0], module.Split(':')[1].Trim());
            directory.Write($"k/lib/modules/{Version}/kernel/{name}.ko", Module("license=GPL", $"depends={depends}", $"name={name}"));
        }

        return directory["k"];
    }

    private static void Section(Span<byte> header, uint name, uint type, int offset, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, name);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x18..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x20..], (ulong)length);
    }
}
