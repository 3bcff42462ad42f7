using System.Buffers.Binary;
using System.Text;

namespace Rx.Vm.Images.Boot;

/// <summary>Reads what a kernel module needs from the <c>.modinfo</c> section of its ELF file. The file is not trusted.</summary>
internal static class ModuleInfo
{
    private const int ElfHeaderBytes = 64;
    private const int SectionHeaderBytes = 64;
    private const int MaxSections = 65535;
    private const int MaxDependencies = 256;
    private const uint SectionWithoutBits = 8;

    /// <summary>The modules this one depends on, in the order given, names with <c>_</c> in place of <c>-</c>.</summary>
    /// <exception cref="InvalidDataException">Not a 64-bit little-endian ELF file, damaged, or without a .modinfo section.</exception>
    public static IReadOnlyList<string> Dependencies(ReadOnlySpan<byte> module)
    {
        var info = ModinfoSection(module);
        var result = new List<string>();
        while (!info.IsEmpty)
        {
            var end = info.IndexOf((byte)0);
            var entry = end < 0 ? info : info[..end];
            info = end < 0 ? default : info[(end + 1)..];
            if (!entry.StartsWith("depends="u8))
            {
                continue;
            }

            foreach (var name in Encoding.UTF8.GetString(entry["depends=".Length..])
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (result.Count == MaxDependencies)
                {
                    throw new InvalidDataException($"it names more than {MaxDependencies} dependencies");
                }

                result.Add(Normalize(name));
            }
        }

        return result;
    }

    /// <summary>Module names are the same with <c>-</c> and <c>_</c>.</summary>
    public static string Normalize(string name) => name.Replace('-', '_');

    private static ReadOnlySpan<byte> ModinfoSection(ReadOnlySpan<byte> file)
    {
        // 64-bit (2), little-endian (1).
        if (file.Length < ElfHeaderBytes || !file.StartsWith("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("it is not a 64-bit little-endian ELF file");
        }

        var table = BinaryPrimitives.ReadUInt64LittleEndian(file[0x28..]);
        var entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3a..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3c..]);
        var namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3e..]);
        if (entryBytes != SectionHeaderBytes || count is 0 or > MaxSections || namesIndex >= count)
        {
            throw new InvalidDataException("its section table is malformed");
        }

        var headers = Slice(file, table, (ulong)count * SectionHeaderBytes);
        var names = Section(file, headers, namesIndex);
        for (var i = 0; i < count; i++)
        {
            var nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(headers[(i * SectionHeaderBytes)..]);
            if (nameOffset < (uint)names.Length && names[(int)nameOffset..].StartsWith(".modinfo\0"u8))
            {
                return Section(file, headers, i);
            }
        }

        throw new InvalidDataException("it has no .modinfo section");
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> file, ReadOnlySpan<byte> headers, int index)
    {
        var header = headers.Slice(index * SectionHeaderBytes, SectionHeaderBytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SectionWithoutBits
            ? throw new InvalidDataException("a section it needs has no content")
            : Slice(file, BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]), BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..]));
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> file, ulong offset, ulong length) =>
        offset <= (ulong)file.Length && length <= (ulong)file.Length - offset
            ? file.Slice((int)offset, (int)length)
            : throw new InvalidDataException("a section lies outside the file");
}
