using System.Formats.Tar;
using System.Text;
using Rx.Vm.Cli.Native;
using Rx.Vm.Images;

namespace Rx.Vm.Cli.Setup;

/// <summary>The image 'busybox': one static program, a link per applet, and the files that programs expect of a small system.</summary>
internal static class BusyboxImage
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    private static readonly (string Path, int Mode)[] Folders =
    [
        ("./", 0b111_101_101), ("bin", 0b111_101_101), ("dev", 0b111_101_101), ("etc", 0b111_101_101), ("home", 0b111_101_101), ("lib", 0b111_101_101),
        ("mnt", 0b111_101_101), ("opt", 0b111_101_101), ("proc", 0b111_101_101), ("root", 0b111_000_000), ("run", 0b111_101_101),
        ("sbin", 0b111_101_101), ("srv", 0b111_101_101), ("sys", 0b111_101_101), ("tmp", 0b1_111_111_111), ("usr", 0b111_101_101),
        ("usr/bin", 0b111_101_101), ("usr/lib", 0b111_101_101), ("usr/sbin", 0b111_101_101), ("var", 0b111_101_101), ("var/lib", 0b111_101_101),
        ("var/log", 0b111_101_101), ("var/spool", 0b111_101_101), ("var/tmp", 0b1_111_111_111),
    ];

    private static readonly (string Path, string Text)[] Files =
    [
        ("etc/group", "root:x:0:\ndaemon:x:1:\ntty:x:5:\ndisk:x:6:\nwww-data:x:33:\nusers:x:100:\nnogroup:x:65534:\n"),
        ("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ("etc/os-release", "NAME=\"BusyBox\"\nID=busybox\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
            + "www-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
        ("etc/resolv.conf", ""),
        ("etc/shells", "/bin/sh\n"),
    ];

    // The start of a 64-bit, little-endian ELF file.
    private static ReadOnlySpan<byte> Elf64 => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <summary>A static busybox: this machine's, else the one of Debian's package.</summary>
    public static async Task<string> FindAsync(TemporaryFolder work, CancellationToken ct)
    {
        const string Own = "/bin/busybox";
        return IsStatic(Own) ? Own : Path.Combine(await DebianPackage.UnpackAsync("busybox-static", work, ct).ConfigureAwait(false), "bin", "busybox");
    }

    /// <summary>Writes the image as an archive, the same for the same program.</summary>
    /// <returns>The archive.</returns>
    public static async Task<string> WriteAsync(string program, TemporaryFolder work, CancellationToken ct)
    {
        if (!IsStatic(program))
        {
            throw new ImageException(ImageError.UnsupportedSource, program,
                $"'{program}' is no static program, and the image has no libraries: Debian's is in the package busybox-static.");
        }

        var applets = await SetupTool.RunAsync("busybox-static", null, ct, program, "--list-full").ConfigureAwait(false);
        var path = work.At("busybox.tar");
        using var archive = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        foreach (var (folder, mode) in Folders)
        {
            Add(archive, new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)mode });
        }

        using (var content = File.OpenRead(program))
        {
            Add(archive, new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = Executable, DataStream = content });
        }

        var programs = applets.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsProgram);
        foreach (var applet in programs.Order(StringComparer.Ordinal))
        {
            Add(archive, new PaxTarEntry(TarEntryType.SymbolicLink, applet) { LinkName = "/bin/busybox", Mode = (UnixFileMode)0b111_111_111 });
        }

        Add(archive, new PaxTarEntry(TarEntryType.SymbolicLink, "var/run") { LinkName = "../run", Mode = (UnixFileMode)0b111_111_111 });
        foreach (var (file, text) in Files)
        {
            Add(archive, new PaxTarEntry(TarEntryType.RegularFile, file) { Mode = Readable, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return path;
    }

    private static void Add(TarWriter archive, PaxTarEntry entry)
    {
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        archive.WriteEntry(entry);
    }

    private static bool IsProgram(string applet) => applet != "bin/busybox"
        && (applet.StartsWith("bin/", StringComparison.Ordinal) || applet.StartsWith("sbin/", StringComparison.Ordinal)
            || applet.StartsWith("usr/bin/", StringComparison.Ordinal) || applet.StartsWith("usr/sbin/", StringComparison.Ordinal));

    // An ELF program that asks for no interpreter: its program headers have no PT_INTERP.
    private static bool IsStatic(string program)
    {
        const int HeaderBytes = 64;
        const int EntryBytes = 56;
        const int Interpreter = 3;
        if (Posix.OrdinaryFile(program) is null)
        {
            // A pipe would be waited for.
            return false;
        }

        try
        {
            using var file = File.OpenRead(program);
            var header = new byte[HeaderBytes];
            file.ReadExactly(header);
            if (!header.AsSpan(0, 6).SequenceEqual(Elf64))
            {
                return false;
            }

            file.Position = BitConverter.ToInt64(header, 32);
            var entry = new byte[EntryBytes];
            for (var left = BitConverter.ToUInt16(header, 56); left > 0; left--)
            {
                file.ReadExactly(entry);
                if (BitConverter.ToInt32(entry) == Interpreter)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
